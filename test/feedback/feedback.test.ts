import { readdirSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { feedbackSchema } from '../../src/config/feedback.js';
import { spoolSchema } from '../../src/config/spool.js';
import { Feedback, feedbackOwner, manifestOwner, Manifests, Sampler } from '../../src/feedback/index.js';
import { createLogger } from '../../src/logger.js';
import type { AskPipeline, ModelDescription } from '../../src/pipeline/requests.js';
import type { PipelineResult } from '../../src/pipeline/result.js';
import { Spool } from '../../src/spool/index.js';
import { startMoto, type Moto } from '../models/moto.js';

const logger = createLogger({ name: 'test', level: process.env['MLI_TEST_LOG'] ?? 'silent' });
const labels = ['glass', 'metal', 'paper'];
const model = { name: 'm', version: '1.0.0', digest: 'd', runtime: 'dlr', target: 't' } as const;

let moto: Moto | undefined;
let s3: S3Client;
let folder: string;
let spool: Spool;
let feedback: Feedback;
let manifests: Manifests;
const said: { topic: string; message: Record<string, string | object> }[] = [];

beforeAll(async () => {
  moto = await startMoto();
  vi.stubEnv('AWS_ENDPOINT_URL', moto?.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  s3 = new S3Client({});
  if (moto) await s3.send(new CreateBucketCommand({ Bucket: 'samples' }));
}, 300_000);
afterAll(async () => {
  s3.destroy();
  vi.unstubAllEnvs();
  await moto?.stop();
});
beforeEach(async (context) => {
  if (!moto) return context.skip();
  folder = await mkdtemp(path.join(tmpdir(), 'mli-feedback-'));
  said.length = 0;
  task = 'classification';
  await open();
});
afterEach(async () => {
  if (!moto) return;
  await manifests.close();
  await spool.close();
  await rm(folder, { recursive: true });
});

/** As the component does at its start. */
async function open(): Promise<void> {
  spool = new Spool({ folder, config: spoolSchema.parse({}), send: async () => undefined, logger });
  const topics = {
    publish: async (topic: string, payload: string) =>
      void said.push({ topic, message: JSON.parse(payload) as Record<string, string | object> }),
  };
  manifests = new Manifests(path.join(folder, 'manifests'), spool, logger);
  feedback = new Feedback(spool, topics, manifests, logger);
  spool.onUpload(feedbackOwner, feedback.onUpload);
  spool.onUpload(manifestOwner, manifests.onUpload);
  manifests.start();
  await spool.start();
}

let task: ModelDescription['task'] = 'classification';
/** Stands for the pipeline's process: gives a picture or a window, and the names of the classes. */
const ask = vi.fn(async ({ type }: { type: string }) => {
  if (type === 'describe') return { model: { ...model, digest: task }, task, labels };
  const capturedAt = new Date().toISOString();
  if (type === 'window') return { csv: Buffer.from('time,vibration\n1.000000,0.5\n'), capturedAt };
  return { jpeg: Buffer.from('a jpeg'), capturedAt, width: 640, height: 480 };
}) as unknown as AskPipeline & ReturnType<typeof vi.fn>;

const sampler = (config: object) =>
  new Sampler({
    pipeline: 'belt-1',
    config: feedbackSchema.parse({ bucket: 'samples', ...config }),
    source: { type: 'requests', intervalSeconds: 1 },
    ask,
    feedback,
  });

const result = (confidences: number[]): PipelineResult => ({
  model: { ...model, digest: task },
  frame: { id: 7, capturedAt: new Date().toISOString(), width: 1, height: 1 },
  // Best first, as the decoders give them.
  predictions: confidences
    .map((confidence, index) => ({ label: labels[index] ?? '', confidence }))
    .sort((a, b) => b.confidence - a.confidence),
  timingsMs: { capture: 0, preprocess: 0, infer: 0, decode: 0 },
});

const on = (topic: string) => said.filter((one) => one.topic === topic).map(({ message }) => message);
const statuses = () =>
  on('feedback/message/status').map(({ response }) => response as Record<string, string | object>);
const metrics = (): string[] =>
  on('cloudwatch/metric/put').map(
    ({ request }) => (request as { metricData: { metricName: string } }).metricData.metricName,
  );
const eventually = (read: () => unknown) => expect.poll(read, { timeout: 15_000 });

describe('a sample', () => {
  it('that is kept goes to S3, and is told of as v1 did', async () => {
    await sampler({ prefix: 'belt/', strategy: 'MARGIN', threshold: 0.2 }).take(
      undefined,
      result([0.3, 0.4, 0.3]),
    );
    await eventually(() => metrics()).toEqual([
      'SampleUploadSuccess',
      'SampleSize',
      'SampleAndPredictionPublished',
    ]);
    const [prediction] = on('feedback/message/prediction');
    const key = /^s3:\/\/samples\/(belt\/[0-9a-f-]{36}\.jpg)$/.exec(
      prediction?.['source-ref'] as string,
    )?.[1];
    const object = await s3.send(new GetObjectCommand({ Bucket: 'samples', Key: key }));
    expect(await object.Body?.transformToString()).toBe('a jpeg');
    expect(object.ContentType).toBe('image/jpeg');
    // In the order of the model, not of the confidences.
    expect(prediction).toMatchObject({ 'model-prediction': [0.3, 0.4, 0.3], 'config-id': 'belt-1' });
    expect(statuses()).toEqual([
      { status: 'success', s3_response: { bucket: 'samples', key, ETag: object.ETag } },
    ]);
  });

  it('that the strategy drops is told of, and nobody is asked for its picture', async () => {
    ask.mockClear();
    await sampler({ strategy: 'MARGIN', threshold: 0.2 }).take(undefined, result([0.1, 0.8, 0.1]));
    expect(statuses()).toEqual([{ status: 'sample_dropped_by_strategy' }]);
    expect(metrics()).toEqual(['SampleNotUsed']);
    expect(ask).not.toHaveBeenCalled();
  });

  it('whose picture cannot be had is told of as lost', async () => {
    ask.mockRejectedValueOnce(new Error('gone'));
    await sampler({}).take(undefined, result([0.1, 0.8, 0.1]));
    expect(statuses()).toMatchObject([{ status: 'fail', error_message: 'gone' }]);
    expect(metrics()).toEqual(['SampleUploadFailure']);
  });

  it('whose model was replaced before its classes were known is lost, not labelled by the next model', async () => {
    const next = { model: { ...model, digest: 'next' }, task, labels: [...labels].reverse() };
    ask.mockResolvedValueOnce(next);
    const to = sampler({});
    await to.take(undefined, result([0.1, 0.8, 0.1]));
    expect(statuses()).toMatchObject([{ status: 'fail', error: 'SAMPLE_MODEL_GONE' }]);
    expect(feedback.tally.of('belt-1')).toMatchObject({ done: 0, lost: 1 });
    await to.take(undefined, { ...result([0.1, 0.8, 0.1]), model: next.model });
    await eventually(() => on('feedback/message/prediction')).toMatchObject([
      { 'model-prediction': [0.1, 0.8, 0.1].reverse() },
    ]);
  });

  it('hides regions, and the boxes of labels', async () => {
    ask.mockClear();
    const hide = { regions: [[0, 0, 0.5, 0.5]], labels: ['glass'], how: 'blur' };
    const seen = result([0.9]);
    const boxed = { ...seen, predictions: [{ label: 'glass', confidence: 0.9, box: [0.1, 0.1, 0.2, 0.2] }] };
    await sampler({ hide }).take(undefined, boxed as unknown as PipelineResult);
    expect(ask.mock.calls.map(([request]) => request as unknown)).toContainEqual({
      type: 'picture',
      frame: 7,
      quality: 90,
      hide: {
        regions: [
          [0, 0, 0.5, 0.5],
          [0.1, 0.1, 0.2, 0.2],
        ],
        how: 'blur',
      },
    });
  });

  it('of 20 at a limit of 10: ten are done, ten are answered Queue.Full', async () => {
    const to = sampler({ requestLimit: 10, prefix: 'limited/' });
    await Promise.all(Array.from({ length: 20 }, () => to.take(undefined, result([0.3, 0.4, 0.3]))));
    await eventually(() => statuses().filter(({ status }) => status === 'success').length).toBe(10);
    expect(statuses().filter(({ error }) => error === 'Queue.Full')).toHaveLength(10);
    expect(metrics().filter((name) => name === 'ErrorRequestThrottled')).toHaveLength(10);
    const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'samples', Prefix: 'limited/' }));
    expect(KeyCount).toBe(10);
    // The places are free again.
    await to.take(undefined, result([0.3, 0.4, 0.3]));
    await eventually(() => statuses().filter(({ status }) => status === 'success').length).toBe(11);
  });

  it('for a bucket that is gone is told of once by its name, and waits for the bucket', async () => {
    await sampler({ bucket: 'gone-bucket' }).take(undefined, result([0.3, 0.4, 0.3]));
    await eventually(() => statuses()).toMatchObject([{ status: 'fail', error: 'NoSuchBucket' }]);
    expect(spool.status.uploads.waiting).toBe(1);
    await s3.send(new CreateBucketCommand({ Bucket: 'gone-bucket' }));
    // A new start tries again at once; the sample of the life before is told of too.
    await spool.close();
    await open();
    await eventually(() => statuses().at(-1)).toMatchObject({ status: 'success' });
    expect(on('feedback/message/prediction')).toMatchObject([{ 'model-prediction': [0.3, 0.4, 0.3] }]);
  });

  it('with a request limit is given up where S3 refuses it, as v1 did', async () => {
    await sampler({ bucket: 'never-there', requestLimit: 1 }).take(undefined, result([0.3, 0.4, 0.3]));
    await eventually(() => statuses()).toMatchObject([{ status: 'fail', error: 'NoSuchBucket' }]);
    await eventually(() => spool.status.uploads.waiting).toBe(0);
    expect(spool.status.uploads.refused).toBe(1);
  });
});

/** The objects below a prefix, by their keys. */
async function objects(Prefix: string): Promise<Record<string, string>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'samples', Prefix }));
  const texts = Contents.map(async ({ Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'samples', Key }));
    return [Key ?? '', (await Body?.transformToString()) ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const lines = (text = ''): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a window of a sensor', () => {
  const frame = { from: '', to: '', samples: 1, channels: ['vibration'], last: [0.5], filled: 0 };

  it('goes to S3 as CSV, whatever is said of pictures', async () => {
    const window = { ...result([0.9]), frame: { id: 7, capturedAt: '', ...frame } };
    await sampler({ prefix: 'pump/', image: 'original' }).take(undefined, window);
    await eventually(() => statuses()).toMatchObject([{ status: 'success' }]);
    const [[key, text] = []] = Object.entries(await objects('pump/'));
    expect(key).toMatch(/^pump\/[0-9a-f-]{36}\.csv$/);
    expect(text).toBe('time,vibration\n1.000000,0.5\n');
    const { ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'samples', Key: key }));
    expect(ContentType).toBe('text/csv');
  });
});

describe('a manifest for Ground Truth', () => {
  const manifest = { maxSamples: 2, everySeconds: 3600 };

  it('of classified pictures lists each sample with the class of the model, and is sent when it is complete', async () => {
    const to = sampler({ prefix: 'listed/', manifest });
    await to.take(undefined, result([0.1, 0.8, 0.1]));
    await eventually(() => feedback.tally.of('belt-1').done).toBe(1);
    expect(Object.keys(await objects('listed/manifests/'))).toEqual([]);
    await to.take(undefined, result([0.7, 0.2, 0.1]));
    await eventually(async () => Object.keys(await objects('listed/manifests/'))).toHaveLength(1);
    const [[key, text] = []] = Object.entries(await objects('listed/manifests/'));
    expect(key).toMatch(/^listed\/manifests\/belt-1-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{8}\.manifest$/);
    const samples = Object.keys(await objects('listed/'))
      .filter((name) => name.endsWith('.jpg'))
      .map((name) => `s3://samples/${name}`);
    expect(
      lines(text)
        .map((line) => line['source-ref'])
        .sort(),
    ).toEqual(samples.sort());
    const glass = lines(text).find((line) => line['model-label'] === 0);
    expect(glass).toMatchObject({
      'model-label-metadata': {
        'class-name': 'glass',
        confidence: 0.7,
        type: 'groundtruth/image-classification',
        'human-annotated': 'no',
        'job-name': 'greengrass-mli/belt-1',
      },
      'model-prediction': [0.7, 0.2, 0.1],
    });
    const { 'creation-date': date } = glass?.['model-label-metadata'] as Record<string, string>;
    expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
  });

  it('of detections has the boxes in whole pixels of the picture, and a line for a picture without any', async () => {
    task = 'object-detection';
    const to = sampler({ prefix: 'boxes/', manifest: { ...manifest, labelAttribute: 'parts' } });
    const box = [0.25, 0.5, 0.101, 0.9] as const;
    await to.take(undefined, {
      ...result([]),
      predictions: [{ label: 'metal', confidence: 0.75, box }],
    });
    await to.take(undefined, result([]));
    await eventually(async () => Object.keys(await objects('boxes/manifests/'))).toHaveLength(1);
    const found = lines(Object.values(await objects('boxes/manifests/'))[0]);
    const size = [{ width: 640, height: 480, depth: 3 }];
    expect(found.find((line) => (line['model-prediction'] as unknown[]).length > 0)).toMatchObject({
      parts: {
        image_size: size,
        annotations: [{ class_id: 1, left: 160, top: 240, width: 65, height: 240 }],
      },
      'parts-metadata': {
        objects: [{ confidence: 0.75 }],
        'class-map': { '1': 'metal' },
        type: 'groundtruth/object-detection',
        'human-annotated': 'no',
      },
    });
    expect(found.find((line) => (line['model-prediction'] as unknown[]).length === 0)).toMatchObject({
      parts: { image_size: size, annotations: [] },
      'model-prediction': [],
    });
  });

  it('that is not complete goes on in the next life; a line that a crash cut off or doubled does no harm', async () => {
    const to = sampler({ prefix: 'crash/', manifest: { ...manifest, maxSamples: 4 } });
    await to.take(undefined, result([0.1, 0.8, 0.1]));
    await eventually(() => feedback.tally.of('belt-1').done).toBe(1);
    await eventually(() => readdirSync(path.join(folder, 'manifests'))).toHaveLength(1);
    await manifests.close();
    await spool.close();
    const [name = ''] = readdirSync(path.join(folder, 'manifests'));
    const file = path.join(folder, 'manifests', name);
    const [, line = ''] = (await readFile(file, 'utf8')).split('\n');
    await appendFile(file, `${line}\n${line.slice(0, 40)}`);
    await open();
    await sampler({ prefix: 'crash/', manifest: { ...manifest, maxSamples: 4 } }).take(
      undefined,
      result([0.7, 0.2, 0.1]),
    );
    await eventually(async () => Object.keys(await objects('crash/manifests/'))).toHaveLength(1);
    const [first, second, ...more] = lines(Object.values(await objects('crash/manifests/'))[0]);
    expect([first, more]).toEqual([JSON.parse(line), []]);
    expect(second).toMatchObject({ 'model-label': 0 });
    await eventually(() => readdirSync(path.join(folder, 'manifests'))).toEqual([]);
  });

  it('that the disk does not take is said and counted; the sample has arrived all the same', async () => {
    await writeFile(path.join(folder, 'manifests'), 'no folder');
    await sampler({ prefix: 'unlisted/', manifest }).take(undefined, result([0.1, 0.8, 0.1]));
    await eventually(() => feedback.tally.of('belt-1')).toEqual({
      done: 1,
      notUsed: 0,
      refused: 0,
      lost: 0,
      unlisted: 1,
      manifestsRefused: 0,
    });
    expect(on('feedback/message/prediction')).toHaveLength(1);
  });
});

describe('without a disk for the store of uploads', () => {
  it('samples and manifests hold up no stop, and the manifest goes to S3 in the next life', async () => {
    const store = path.join(folder, 'spool', 'uploads', 'v1');
    const files = () => readdirSync(path.join(folder, 'manifests'));
    await spool.close();
    await rm(store, { recursive: true });
    await writeFile(store, 'no folder');
    await open();
    const to = sampler({ bucket: 'not-yet-there' });
    void to.take(undefined, result([0.1, 0.8, 0.1]));
    const target = {
      pipeline: 'belt-1',
      bucket: 'not-yet-there',
      prefix: '',
      everySeconds: 60,
      maxSamples: 1,
    };
    const line = '{"source-ref":"s3://not-yet-there/a.jpg"}';
    expect(await manifests.add(target, line)).toBe(true);
    await eventually(() => spool.status.uploads.waiting).toBe(2);
    await to.close();
    await manifests.close();
    await spool.close();
    expect(files()).toHaveLength(1);
    await rm(store);
    await s3.send(new CreateBucketCommand({ Bucket: 'not-yet-there' }));
    await open();
    await eventually(() => spool.status.uploads.sent).toBe(1);
    expect(files()).toEqual([]);
  });
});

describe('the counts of feedback', () => {
  it('say that S3 refuses a manifest, which waits', async () => {
    const target = { pipeline: 'belt-1', bucket: 'never-there', prefix: '', everySeconds: 60, maxSamples: 1 };
    await manifests.add(target, '{"source-ref":"s3://never-there/a.jpg"}');
    await eventually(() => feedback.tally.of('belt-1')).toMatchObject({ refused: 0, manifestsRefused: 1 });
    expect(spool.status.uploads.waiting).toBe(1);
  });

  it('say what became of each sample', async () => {
    const margin = sampler({ strategy: 'MARGIN', threshold: 0.1 });
    await margin.take(undefined, result([0.1, 0.8, 0.1]));
    ask.mockRejectedValueOnce(new Error('gone'));
    await sampler({}).take(undefined, result([0.1, 0.8, 0.1]));
    await sampler({ bucket: 'never-there', requestLimit: 1 }).take(undefined, result([0.3, 0.4, 0.3]));
    await sampler({}).take(undefined, result([0.1, 0.8, 0.1]));
    const counts = { done: 1, notUsed: 1, refused: 1, lost: 1, unlisted: 0, manifestsRefused: 0 };
    await eventually(() => feedback.tally.all).toEqual({ 'belt-1': counts });
  });
});
