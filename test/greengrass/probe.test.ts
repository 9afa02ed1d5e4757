import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { probeSocket } from '../../src/greengrass/probe.js';
import { atEnd } from '../nucleus/fixture.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mli-test-'));
  atEnd(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function listen(accept: (socket: Socket) => void): Promise<string> {
  const path = join(await folder(), 'ipc.socket');
  const server: Server = createServer(accept).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  atEnd(() => void server.close());
  return path;
}

it('lets a socket pass that keeps its connections', async () => {
  const sockets: Socket[] = [];
  await probeSocket(await listen((socket) => sockets.push(socket)), 1_000);
  expect(sockets.length).toBe(1);
});

it('refuses one that closes them at once', async () => {
  const path = await listen((socket) => socket.destroy());
  await expect(probeSocket(path, 1_000)).rejects.toThrow('accepted and closed at once');
});

it('says why there is no connection', async () => {
  const path = join(await folder(), 'ipc.socket');
  await expect(probeSocket(path, 1_000)).rejects.toThrow('ENOENT');
  await writeFile(path, '');
  await expect(probeSocket(path, 1_000)).rejects.toThrow('ECONNREFUSED');
});
