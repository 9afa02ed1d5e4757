/** Where a server listens: a Unix socket for the processes of this device, or a TCP port. Port 0: any free one. */
export type HttpAddress = { readonly socket: string } | { readonly host: string; readonly port: number };

export const describeAddress = (address: HttpAddress): string =>
  'socket' in address ? address.socket : `http://${inUrl(address.host)}:${address.port}`;

/** IPv6 addresses stand in brackets in a URL. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** The name or address in a Host header or an origin, without its port, in lower case; undefined where it is none. */
export function hostIn(value: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(value);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** The address in a configuration's `socket`, or `host` and `port`. */
export const addressOf = ({
  socket,
  host,
  port,
}: {
  socket?: string | undefined;
  host: string;
  port: number;
}): HttpAddress => (socket === undefined ? { host, port } : { socket });
