import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pythonWith } from '../python-environment.js';
import { Desk } from './desk.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
let python: string | undefined;
let desk: Desk;
const children: ChildProcess[] = [];

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
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await desk.close();
});

/** Starts the example as a nucleus would. */
async function start(permissions: 'of the recipe' | 'none') {
  const recipe = path.join(examples, 'subscriber-python/recipe.yaml');
  const access = await desk.nucleus.addComponent(
    permissions === 'none' ? { name: 'com.example.Subscriber' } : { recipe },
  );
  const child = spawn(python ?? '', [path.join(examples, 'subscriber-python/subscriber.py')], {
    env: { ...process.env, ...access.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: unknown[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return { child, lines, stderr: () => stderr, exited: once(child, 'exit') };
}

describe('the example subscriber in Python', () => {
  it('receives the results with the permissions of its recipe', { timeout: 60_000 }, async (context) => {
    if (python === undefined) return context.skip();
    const { lines } = await start('of the recipe');
    await desk.run();
    await desk.until('three lines', () => lines.length >= 3);
    expect(lines[0]).toMatchObject({
      pipeline: 'belt-1',
      best: { label: expect.any(String) as unknown, confidence: expect.any(Number) as unknown },
    });
    const published = new Set(desk.results().map(({ id }) => id));
    for (const line of lines) expect(published).toContain((line as { id: string }).id);
  });

  it('is refused without them, and says what is missing', { timeout: 60_000 }, async (context) => {
    if (python === undefined) return context.skip();
    const { lines, stderr, exited } = await start('none');
    expect(await exited).toEqual([1, null]);
    expect(stderr()).toContain('accessControl of the recipe does not allow mli/predictions/desk');
    expect(lines).toEqual([]);
  });
});
