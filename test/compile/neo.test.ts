import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pino } from 'pino';
import { readDraft } from '../../src/compile/draft.js';
import { compileWithNeo, type NeoCompileOrder } from '../../src/compile/neo/index.js';
import { loadModel } from '../../src/pipeline/load-model.js';
import { neoTarGz } from '../models/bundle.js';
import { ObjectServer } from '../models/object-server.js';
import { NeoServer } from './neo-server.js';

let objects: ObjectServer;
let neo: NeoServer;
let folder: string;

beforeAll(async () => {
  objects = await ObjectServer.start();
  neo = await NeoServer.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    AWS_ENDPOINT_URL_SAGEMAKER: neo.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
  });
});
afterAll(async () => {
  await objects.stop();
  await neo.stop();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mli-neo-'));
  process.env['MLI_CACHE_DIR'] = folder;
  neo.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const meta = JSON.stringify({
  Model: { Inputs: [{ name: 'data', dtype: 'float32', shape: [1, 3, 16, 16] }], Outputs: [] },
});

async function run(more: Partial<NeoCompileOrder> = {}, signal = new AbortController().signal) {
  const draft = await readDraft({
    name: 'sorter',
    set: [
      'input={ colorOrder: RGB, mean: [0, 0, 0], std: [255, 255, 255], resize: { mode: stretch } }',
      'decoder={ type: classification, activation: none }',
      'labels=[a, b, c, d]',
    ],
  });
  const order: NeoCompileOrder = {
    model: 's3://bucket/in/model.tar.gz',
    framework: 'mxnet',
    shapes: { data: [1, 3, 16, 16] },
    architecture: 'x64',
    roleArn: 'arn:aws:iam::123456789012:role/neo',
    bucket: 'bucket',
    prefix: 'neo/',
    draft,
    timeoutSeconds: 30,
    out: path.join(folder, 'package'),
    ...more,
  };
  const lines: string[] = [];
  const progress = (text: string) => lines.push(text);
  const job = await compileWithNeo(order, { logger: pino({ level: 'silent' }), progress, signal, pollMs: 5 });
  return { job, lines, out: order.out };
}

describe('compiling with SageMaker Neo', () => {
  test('asks for a job, waits, and packs what the description of the job names', async () => {
    // Not where one would guess it.
    neo.artifact = 's3://elsewhere/by-hand/model-LINUX_X86_64.tar.gz';
    objects.objects.set(
      '/elsewhere/by-hand/model-LINUX_X86_64.tar.gz',
      await neoTarGz('small_convnet', { 'compiled.meta': meta }),
    );
    const { job, lines, out } = await run();
    expect(neo.created).toMatchObject([
      {
        CompilationJobName: job,
        RoleArn: 'arn:aws:iam::123456789012:role/neo',
        InputConfig: {
          S3Uri: 's3://bucket/in/model.tar.gz',
          Framework: 'MXNET',
          DataInputConfig: '{"data":[1,3,16,16]}',
        },
        OutputConfig: {
          S3OutputLocation: `s3://bucket/neo/${job}/`,
          TargetPlatform: { Os: 'LINUX', Arch: 'X86_64' },
        },
      },
    ]);
    expect(lines).toEqual([`compilation job ${job}: STARTING`, `compilation job ${job}: INPROGRESS`]);
    // The genuine library is in the user's cache.
    delete process.env['MLI_CACHE_DIR'];
    const model = { folder: out, allowUnpinned: true };
    const { stages } = await loadModel({ model, dlr: { threads: 1, device: 'cpu' }, preprocess: {} });
    expect(stages.model.name).toBe('sorter');
    await stages.engine.dispose();
  });

  test('says why a job failed, and writes nothing', async () => {
    neo.statuses = ['INPROGRESS', 'FAILED'];
    neo.failure = 'ClientConfiguration: The operator Foo is not supported.';
    await expect(run()).rejects.toMatchObject({
      code: 'NEO_JOB_FAILED',
      message: expect.stringContaining('The operator Foo is not supported.') as string,
    });
    expect(existsSync(path.join(folder, 'package'))).toBe(false);
  });

  test('names the job when the time is over, and takes it up again later', async () => {
    neo.statuses = ['INPROGRESS'];
    const late = run({ timeoutSeconds: 0.3 });
    await expect(late).rejects.toMatchObject({
      code: 'NEO_JOB_TIMEOUT',
      remedy: expect.stringContaining('mli model compile --neo --job sorter-') as string,
    });
    neo.reset();
    neo.artifact = 's3://elsewhere/late.tar.gz';
    objects.objects.set('/elsewhere/late.tar.gz', await neoTarGz('small_convnet', { 'compiled.meta': meta }));
    await run({ job: 'sorter-1' });
    expect(neo.created).toEqual([]);
    expect(existsSync(path.join(folder, 'package/model.json'))).toBe(true);
  });
});
