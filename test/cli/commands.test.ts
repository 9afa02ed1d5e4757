import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { DevelopmentNucleus } from '../../src/nucleus/index.js';
import { jpeg } from '../sources/pictures.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user would; `until` ends it by SIGTERM when it has said that. */
function mli(
  args: string[],
  options: { env?: Record<string, string>; until?: string; cwd?: string } = {},
): Promise<Ended> {
  const { env = {}, until, cwd = root } = options;
  const child = spawn(process.execPath, [path.join(root, 'dist/main.js'), ...args], {
    cwd,
    env: { ...process.env, ...env },
  });
  let out = '';
  let err = '';
  let asked = false;
  const look = () => {
    if (asked || until === undefined || !(out + err).includes(until)) return;
    asked = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    look();
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
    look();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-cli-'));
  await writeFile(path.join(folder, 'a.jpg'), jpeg(320, 240, [200, 180, 160]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('mli', () => {
  it('has help for itself and for every command, and a version', async () => {
    const { code, out } = await mli(['--help']);
    expect(code).toBe(0);
    const commands = ['run', 'demo', 'watch', 'infer', 'check', 'nucleus'];
    for (const command of commands) expect(out).toContain(`  ${command} `);
    const helps = await Promise.all(commands.map((command) => mli([command, '--help'])));
    for (const help of helps)
      expect(help).toMatchObject({ code: 0, out: expect.stringContaining('Usage: mli ') as unknown });
    expect((await mli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each([
    [['--nonsense']],
    [['nonsense']],
    [['infer']],
    [['demo', '--seconds', 'soon']],
    [['run', '--no-nucleus']],
  ])('ends with 2 where the call is wrong: %j', async (args) => {
    const { code, err } = await mli(args);
    expect(code).toBe(2);
    expect(err).toContain('error:');
  });
});

describe('mli infer', () => {
  it('prints a row a picture, goes on after a bad one, and ends with 1 then', async () => {
    await writeFile(path.join(folder, 'bad.jpg'), 'no picture');
    const { code, out } = await mli(['infer', path.join(folder, 'bad.jpg'), path.join(folder, 'a.jpg')]);
    expect(code).toBe(1);
    const [bad, good] = out.trim().split('\n');
    expect(bad).toContain('cannot be used');
    expect(good).toMatch(/a\.jpg +\w+ \d+\.\d % .* ms$/);
  });

  it('prints JSON lines with --json', async () => {
    const { code, out } = await mli(['infer', '--json', '--top', '2', path.join(folder, 'a.jpg')]);
    expect(code).toBe(0);
    const line = JSON.parse(out) as { predictions: unknown[]; model: { name: string } };
    expect(line.predictions).toHaveLength(2);
    expect(line.model.name).toBe('waste-sorter');
  });

  it('does not open a package that nobody pinned', async () => {
    const model = path.join(folder, 'model');
    const { cp, readFile } = await import('node:fs/promises');
    await cp(path.join(root, 'models/waste-sorter'), model, { recursive: true });
    const manifest = JSON.parse(await readFile(path.join(model, 'model.json'), 'utf8')) as object;
    await writeFile(path.join(model, 'model.json'), JSON.stringify({ ...manifest, version: '7.0.0' }));
    const picture = path.join(folder, 'a.jpg');
    expect(await mli(['infer', '--model', model, picture])).toMatchObject({
      code: 1,
      err: expect.stringContaining('neither pinned nor signed') as unknown,
    });
    expect(await mli(['infer', '--model', model, '--allow-unpinned', picture])).toMatchObject({ code: 0 });
  });

  it('names libdlr and the remedy where it is missing', async () => {
    const { code, err } = await mli(['infer', '--target', 'dlr-x64-avx2', path.join(folder, 'a.jpg')], {
      env: { MLI_LIBDLR: '/nowhere/libdlr.so' },
    });
    expect(code).toBe(1);
    expect(err).toContain('/nowhere/libdlr.so');
  });
});

describe('mli check', () => {
  it('accepts the configuration of the demo, from any folder', async () => {
    const file = path.join(root, 'samples/belt.yaml');
    const { code, out } = await mli(['check', file], { cwd: folder });
    expect(out).toContain('valid (1 model, 1 pipeline)');
    expect(code).toBe(0);
  });

  it('names all problems at once, those of --set too', async () => {
    const file = path.join(root, 'samples/belt.yaml');
    const set = ['--set', 'pipelines.belt-1.source.intervalSeconds=-1', '--set', 'colour=blue'];
    const { code, err } = await mli(['check', file, ...set]);
    expect(code).toBe(2);
    expect(err).toContain('pipelines.belt-1.source.intervalSeconds');
    expect(err).toContain('colour: is not a known key');
  });
});

describe('mli run --no-nucleus', () => {
  it('prints messages as JSON lines, without Greengrass', async () => {
    const config = path.join(folder, 'config.yaml');
    const model = `{ sorter: { source: { type: package, path: ${root}models/waste-sorter } } }`;
    await writeFile(
      config,
      `models: ${model}\npipelines: { belt: { source: { type: images, path: ./, intervalSeconds: 0.2 }, model: sorter } }\n`,
    );
    const { code, out } = await mli(['run', '--no-nucleus', '--config', config], {
      until: '"pipeline":"belt","model"',
      env: { MLI_WORK: folder },
    });
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{"topic"') || line.startsWith('{"iotCoreTopic"'));
    expect(lines.map((line) => (JSON.parse(line) as { topic?: string }).topic)).toContain(
      'mli/predictions/unnamed',
    );
  });
});

describe('mli watch', () => {
  const logger = createLogger({ name: 'nucleus', level: 'silent' });

  it('says which variable is missing where there is no nucleus', async () => {
    const { code, err } = await mli(['watch', 'a/b'], {
      env: { SVCUID: '', AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: '' },
    });
    expect(code).toBe(1);
    expect(err).toContain('AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT');
  });

  it('prints what comes, in lines or as JSON, and ends by itself', async () => {
    const nucleus = new DevelopmentNucleus({ logger });
    await nucleus.start();
    const accessControl = {
      'aws.greengrass.ipc.pubsub': {
        watch: { operations: ['aws.greengrass#SubscribeToTopic'], resources: ['*'] },
      },
    };
    const { environment } = await nucleus.addComponent({ name: 'watcher', accessControl });
    const publish = setInterval(() => {
      nucleus.pubsub.publish({
        topic: 'line1/gate',
        from: undefined,
        content: { binary: Buffer.from('{"gate":"glass"}') },
      });
      nucleus.pubsub.publish({
        topic: 'line1/raw',
        from: undefined,
        content: { binary: Buffer.from('no JSON') },
      });
    }, 100);
    const [lines, json] = await Promise.all([
      mli(['watch', 'line1/#', '--seconds', '3'], { env: environment }),
      mli(['watch', 'line1/gate', '--json', '--seconds', '3'], { env: environment }),
    ]);
    clearInterval(publish);
    await nucleus.stop();
    expect(lines).toMatchObject({ code: 0 });
    expect(lines.out).toContain('→ line1/gate  gate: glass');
    expect(lines.out).toContain('line1/raw  no JSON');
    expect(JSON.parse(json.out.split('\n')[0] ?? '')).toEqual({
      topic: 'line1/gate',
      payload: '{"gate":"glass"}',
    });
  });
});

describe('mli demo', () => {
  it('prints predictions and gates of the rendered belt, and a summary', { timeout: 60_000 }, async () => {
    const { code, out } = await mli([
      'demo',
      '--seconds',
      '4',
      '--set',
      'pipelines.belt-1.source.intervalSeconds=0.5',
    ]);
    expect(code, out).toBe(0);
    expect(out.match(/belt-1 {2}#\d+/g)?.length).toBeGreaterThanOrEqual(5);
    expect(out).toMatch(/→ line1\/gate {2}gate: \w+/);
    expect(out).toMatch(/\d+ predictions by waste-sorter/);
    expect(out).toMatch(/Gates opened: \w+ \d+/);
  });

  it('ends with all its processes on a signal', { timeout: 60_000 }, async () => {
    const { code, out } = await mli(['demo'], { until: 'belt-1  #2' });
    expect(code, out).toBe(0);
    expect(out).toContain('predictions by waste-sorter');
  });
});
