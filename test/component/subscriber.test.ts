import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pythonWith } from '../python-environment.js';
import { Desk } from './desk.js';
import { compile, makeProject } from './typescript-user.js';

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

/** Starts an example as a nucleus would. */
async function startExample(
  example: string,
  [program, script]: readonly [program: string, script: string],
  permissions: 'of the recipe' | 'none',
) {
  const recipe = path.join(examples, example, 'recipe.yaml');
  const access = await desk.nucleus.addComponent(
    permissions === 'none' ? { name: 'com.example.Subscriber' } : { recipe },
  );
  const child = spawn(program, [script], {
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

const best = {
  pipeline: 'belt-1',
  best: { label: expect.any(String) as unknown, confidence: expect.any(Number) as unknown },
};

describe('the example subscriber in Python', () => {
  const start = (permissions: 'of the recipe' | 'none') =>
    startExample(
      'subscriber-python',
      [python ?? '', path.join(examples, 'subscriber-python/subscriber.py')],
      permissions,
    );

  it('receives the results with the permissions of its recipe', { timeout: 60_000 }, async (context) => {
    if (python === undefined) return context.skip();
    const { lines } = await start('of the recipe');
    await desk.run();
    await desk.until('three lines', () => lines.length >= 3);
    expect(lines[0]).toMatchObject(best);
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

describe('the example subscriber in TypeScript', () => {
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'mli-subscriber-'));
    await makeProject(project, 'subscriber-ts');
    await compile(project);
  }, 120_000);
  afterAll(() => rm(project, { recursive: true }));

  const start = (permissions: 'of the recipe' | 'none') =>
    startExample('subscriber-ts', [process.execPath, path.join(project, 'subscriber.js')], permissions);

  it('compiles against the package, and receives the results with the permissions of its recipe', async () => {
    const { child, lines, exited } = await start('of the recipe');
    await desk.run();
    await desk.until('three lines', () => lines.length >= 3);
    expect(lines[0]).toMatchObject(best);
    // After a restart of the nucleus too.
    await desk.nucleus.restart(200);
    const before = lines.length;
    await desk.until('a line after the restart', () => lines.length > before);
    const published = new Set(desk.results().map(({ id }) => id));
    for (const line of lines) expect(published).toContain((line as { id: string }).id);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }, 60_000);

  it('is refused without them, and says what is missing', async () => {
    const { lines, stderr, exited } = await start('none');
    expect(await exited).toEqual([1, null]);
    expect(stderr()).toContain('mli/predictions/desk');
    expect(lines).toEqual([]);
  }, 60_000);
});
