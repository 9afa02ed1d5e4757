import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { unlessMissing } from './missing.js';

/** Longest path that fits into a Unix socket address with its final NUL. */
const maxPathBytes = 107;

/**
 * Listens on a Unix socket. One that a dead process left is replaced; anything else at that path is not touched.
 * @param mode of the socket; its folder, where it has to be made, is the owner's alone
 * @throws Error with the reason in words
 */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) throw new Error(`the path has ${bytes} bytes, a socket takes ${maxPathBytes}`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const found = await lstat(path).catch(unlessMissing(undefined));
  if (found !== undefined) {
    if (!found.isSocket()) throw new Error('there is a file that is no socket');
    if (await answers(path)) throw new Error('another process listens there');
    await rm(path);
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await chmod(path, mode);
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
