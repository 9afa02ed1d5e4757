import { chmod, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EdgeError } from '../errors/index.js';

/** Longest path that fits into a Unix socket address with its final NUL. */
const maxPathBytes = 107;

/** A new private folder for a socket, when none was named. The nucleus removes it when it stops. */
export async function makeSocketFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'mli-nucleus-'));
}

/**
 * Listens on a Unix socket that only its owner can use. A socket that a dead nucleus left is replaced; anything else at that
 * path is not touched.
 * @throws EdgeError NUCLEUS_SOCKET_UNUSABLE
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  const unusable = (reason: string, cause?: unknown) =>
    new EdgeError('NUCLEUS_SOCKET_UNUSABLE', { path, reason }, { cause });
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) throw unusable(`the path has ${bytes} bytes, a socket takes ${maxPathBytes}`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const found = await lstat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (found !== undefined) {
      if (!found.isSocket()) throw unusable('there is a file that is no socket');
      if (await answers(path)) throw unusable('another nucleus listens there');
      await rm(path);
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(path, 0o600);
  } catch (cause) {
    throw cause instanceof EdgeError ? cause : unusable((cause as Error).message, cause);
  }
}

/** Whether somebody accepts connections at the path; a socket whose owner died refuses them. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
