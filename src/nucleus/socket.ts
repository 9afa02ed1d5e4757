import { mkdtemp } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeError } from '../errors/index.js';
import { listenOnSocket } from '../unix-socket.js';

/** A new private folder for a socket, when none was named. The nucleus removes it when it stops. */
export async function makeSocketFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'mli-nucleus-'));
}

/**
 * Listens on a Unix socket that only its owner can use.
 * @throws EdgeError NUCLEUS_SOCKET_UNUSABLE
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  try {
    await listenOnSocket(server, path, 0o600);
  } catch (cause) {
    throw new EdgeError('NUCLEUS_SOCKET_UNUSABLE', { path, reason: (cause as Error).message }, { cause });
  }
}
