import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonWith } from '../python-environment.js';

/** AWS's services in memory, on loopback. */
export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @returns undefined where it cannot be had here, with the reason on the test's output */
export async function startMoto(): Promise<Moto | undefined> {
  const python = await pythonWith({
    name: 'moto',
    requirement: 'moto[server]==5.2.5',
    probe: ['-c', "from importlib.metadata import version; print(version('moto'))"],
  });
  if (python === undefined) return undefined;
  const port = await freePort();
  const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries++) {
    const answers = await fetch(`${endpoint}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return { endpoint, stop: () => stop(child) };
    if (child.exitCode !== null) throw new Error(`moto ended with code ${child.exitCode}`);
    await sleep(100);
  }
  throw new Error('moto did not answer within a minute');
}

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
