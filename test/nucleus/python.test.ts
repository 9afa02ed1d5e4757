import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, it } from 'vitest';
import { pythonWith } from '../python-environment.js';
import { allow, atEnd, eventually, greengrassClient, startNucleus, text } from './fixture.js';

/** Undefined when the Python SDK cannot be had here, with the reason on the test's output. */
let python: string | undefined;

beforeAll(async () => {
  python = await pythonWith({
    name: 'awsiotsdk',
    requirement: 'awsiotsdk==1.31.0',
    probe: [
      '-c',
      "import awsiot.greengrasscoreipc.clientv2; from importlib.metadata import version; print(version('awsiotsdk'))",
    ],
  });
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
  // Not 'exit': what it printed last may still be on its way then.
  const closed = once(child, 'close');
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
  expect((await closed)[0]).toBe(0);
  expect(lines.slice(3)).toEqual([
    { binary: ['line1/node', 'from Node'] },
    { json: ['line1/node', { gate: 'glass' }] },
    { changed: ['camera', 'device'] },
  ]);
});
