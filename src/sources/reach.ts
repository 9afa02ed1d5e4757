import { withDeadline } from '../deadline.js';
import { connect } from 'node:net';
import { once } from 'node:events';
import { EdgeError } from '../errors/index.js';

/**
 * Whether somebody listens there: known within a moment, with a reason that can be told, before a program is started that would
 * wait for long and say less.
 * @throws EdgeError CAMERA_UNREACHABLE
 */
export async function reach(url: URL, defaultPort: number, signal: AbortSignal): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || defaultPort;
  const socket = connect({ host, port });
  try {
    await withDeadline(signal, limitMs, (limit) => once(socket, 'connect', { signal: limit }));
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    const reason =
      reasons[code ?? ''] ??
      (name === 'AbortError' ? `nothing came back within ${limitMs / 1000} s` : message);
    throw new EdgeError('CAMERA_UNREACHABLE', { name: `${host}:${port}`, reason }, { cause: error });
  } finally {
    socket.destroy();
  }
}

const limitMs = 4_000;

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve at the moment',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network to it',
};
