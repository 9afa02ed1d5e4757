import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = '5.2.5';
const cache =
  process.env['MLI_CACHE_DIR'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'greengrass-mli');
const environment = path.join(cache, 'envs', 'moto');

/** AWS's services in memory, on loopback. */
export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @returns undefined where it cannot be had here, with the reason on the test's output */
export async function startMoto(): Promise<Moto | undefined> {
  let python: string;
  try {
    python = await prepare();
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    console.log(
      `Skipped: these tests need python3 with venv and moto[server] ${version}: ${lines.at(-1) ?? ''}`,
    );
    return undefined;
  }
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

async function prepare(): Promise<string> {
  const python = path.join(environment, 'bin', 'python');
  const installed = await run(python, [
    '-c',
    "from importlib.metadata import version; print(version('moto'))",
  ]).catch(() => undefined);
  if (installed?.stdout.trim() === version) return python;
  // Made beside and renamed when it is whole. Its scripts would point to the old place; only its interpreter is used.
  const fresh = `${environment}.${process.pid}`;
  await mkdir(path.dirname(environment), { recursive: true });
  await run('python3', ['-m', 'venv', fresh]);
  await run(path.join(fresh, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `moto[server]==${version}`,
  ]);
  await rm(environment, { recursive: true, force: true });
  await rename(fresh, environment);
  return python;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
