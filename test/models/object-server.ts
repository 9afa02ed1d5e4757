import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request; without a fault it is answered as S3 would. */
export type Fault =
  | {
      readonly do: 'status';
      readonly status: number;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly extra?: string;
    }
  | { readonly do: 'cut'; readonly afterBytes: number }
  | { readonly do: 'stall'; readonly afterBytes: number }
  | { readonly do: 'reset' }
  | { readonly do: 'ignore-range' };

export interface SeenRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifMatch: string | undefined;
  /** Of the signature. */
  readonly region: string | undefined;
}

/** The part of S3 that matters to downloads, on loopback, with faults on demand: moto has none. */
export class ObjectServer {
  readonly objects = new Map<string, Buffer>();
  readonly requests: SeenRequest[] = [];
  /** Asked for each request for more than the first byte, in order. */
  readonly faults: (Fault | undefined)[] = [];
  /** Asked for every request. */
  rule: (request: SeenRequest) => Fault | undefined = () => undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<ObjectServer> {
    const server = new ObjectServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests for content, not for the first byte only. */
  get downloads(): SeenRequest[] {
    return this.requests.filter(({ range, path }) => range !== 'bytes=0-0' && !path.endsWith('.sig'));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): unknown {
    const url = new URL(request.url ?? '', 'http://localhost');
    const seen: SeenRequest = {
      path: decodeURIComponent(url.pathname),
      range: request.headers.range,
      ifMatch: request.headers['if-match'],
      region: /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1],
    };
    this.requests.push(seen);
    const isDownload = seen.range !== 'bytes=0-0' && !seen.path.endsWith('.sig');
    const fault = this.rule(seen) ?? (isDownload ? this.faults.shift() : undefined);
    if (fault?.do === 'reset') return request.socket.destroy();
    if (fault?.do === 'status') return refuse(response, fault.status, fault.code, fault.headers, fault.extra);
    const object = this.objects.get(seen.path);
    if (!object) return refuse(response, 404, 'NoSuchKey');
    return this.#send(object, seen, fault, response);
  }

  #send(
    object: Buffer,
    { range, ifMatch }: SeenRequest,
    fault: Fault | undefined,
    response: ServerResponse,
  ): unknown {
    const tag = `"${createHash('md5').update(object).digest('hex')}"`;
    if (ifMatch !== undefined && ifMatch !== tag) return refuse(response, 412, 'PreconditionFailed');
    const asked = fault?.do === 'ignore-range' ? undefined : /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    const from = Number(asked?.[1] ?? 0);
    const to = Math.min(object.length - 1, asked?.[2] ? Number(asked[2]) : Infinity);
    if (asked && from >= object.length) return refuse(response, 416, 'InvalidRange');
    const body = object.subarray(from, to + 1);
    response.writeHead(asked ? 206 : 200, {
      ETag: tag,
      'Content-Length': body.length,
      ...(asked && { 'Content-Range': `bytes ${from}-${to}/${object.length}` }),
    });
    if (fault?.do === 'cut')
      return response.write(body.subarray(0, fault.afterBytes), () => response.socket?.destroy());
    if (fault?.do === 'stall') return response.write(body.subarray(0, fault.afterBytes));
    return response.end(body);
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  extra = '',
): unknown {
  response.writeHead(status, { 'Content-Type': 'application/xml', ...headers });
  return response.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} it is.</Message>${extra}<RequestId>1</RequestId></Error>`,
  );
}
