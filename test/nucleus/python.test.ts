import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { allow, atEnd, eventually, greengrassClient, startNucleus, text } from './fixture.js';

const run = promisify(execFile);
const sdkVersion = '1.31.0';
const cache =
  process.env['MLI_CACHE_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'greengrass-mli');
const environment = join(cache, 'envs', 'awsiotsdk');

/** Undefined when the Python SDK cannot be had here, with the reason on the test's output. */
let python: string | undefined;

const readVersion = async (path: string) =>
  (
    await run(path, [
      '-c',
      "import awsiot.greengrasscoreipc.clientv2; from importlib.metadata import version; print(version('awsiotsdk'))",
    ])
  ).stdout.trim();

async function prepare(): Promise<string> {
  const path = join(environment, 'bin', 'python');
  if ((await readVersion(path).catch(() => 'none')) === sdkVersion) return path;
  // Made beside and renamed when it is whole. Its scripts would point to the old place; only its interpreter is used.
  const fresh = `${environment}.${process.pid}`;
  await mkdir(dirname(environment), { recursive: true });
  await run('python3', ['-m', 'venv', fresh]);
  await run(join(fresh, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `awsiotsdk==${sdkVersion}`,
  ]);
  await rm(environment, { recursive: true, force: true });
  await rename(fresh, environment);
  return path;
}

beforeAll(async () => {
  try {
    python = await prepare();
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    console.log(
      `Skipped: the Python component needs python3 with venv and awsiotsdk ${sdkVersion}: ${lines.at(-1) ?? ''}`,
    );
  }
}, 300_000);

it('serves a component that is written in Python', { timeout: 60_000 }, async (context) => {
  if (python === undefined) return context.skip();
  const nucleus = await startNucleus();
  const access = await nucleus.addComponent({
    name: 'com.example.Python',
    configuration: { camera: { device: 0 } },
    accessControl: allow(['line1/*'], ['cloud/python']),
  });
  const other = greengrassClient(
    await nucleus.addComponent({ name: 'com.example.Node', accessControl: allow(['line1/*']) }),
  );
  await other.connect();
  const heard: string[] = [];
  await other.subscribe('line1/python', ({ payload }) => void heard.push(text(payload)));
  const cloud: string[] = [];
  nucleus.iotCore.subscribe({ filter: '#', receive: ({ payload }) => cloud.push(payload.toString()) });

  const child = spawn(python, [join(import.meta.dirname, 'python_component.py')], {
    env: { ...process.env, ...access.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEnd(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const lines: unknown[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));

  await eventually(() => lines).toContainEqual({ ready: true });
  expect(lines).toEqual([
    { configuration: { device: 0 } },
    {
      denied:
        'Principal com.example.Python is not authorized to perform aws.greengrass.ipc.pubsub:aws.greengrass#PublishToTopic on resource line2/x',
    },
    { ready: true },
  ]);
  expect(heard).toEqual(['größe', '{"open":true}']);
  expect(cloud).toEqual(['up']);
  expect(nucleus.states('com.example.Python')).toEqual(['RUNNING']);

  await other.publish('line1/node', 'from Node');
  nucleus.pubsub.publish({ topic: 'line1/node', from: undefined, content: { json: { gate: 'glass' } } });
  await nucleus.deploy('com.example.Python', { merge: { camera: { device: 1 } } });
  expect((await exit)[0]).toBe(0);
  expect(lines.slice(3)).toEqual([
    { binary: ['line1/node', 'from Node'] },
    { json: ['line1/node', { gate: 'glass' }] },
    { changed: ['camera', 'device'] },
  ]);
});
