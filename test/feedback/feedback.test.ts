import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { feedbackSchema } from '../../src/config/feedback.js';
import { spoolSchema } from '../../src/config/spool.js';
import { Feedback, feedbackOwner, Sampler } from '../../src/feedback/index.js';
import { createLogger } from '../../src/logger.js';
import type { AskPipeline } from '../../src/pipeline/requests.js';
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
  await open();
});
afterEach(async () => {
  if (!moto) return;
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
  feedback = new Feedback(spool, topics, logger);
  spool.onUpload(feedbackOwner, feedback.onUpload);
  await spool.start();
}

/** Stands for the pipeline's process: gives a picture and the names of the classes. */
const ask = vi.fn(async ({ type }: { type: string }) =>
  type === 'describe' ? { model, labels } : { jpeg: Buffer.from('a jpeg') },
) as unknown as AskPipeline & ReturnType<typeof vi.fn>;

const sampler = (config: object) =>
  new Sampler({
    pipeline: 'belt-1',
    config: feedbackSchema.parse({ bucket: 'samples', ...config }),
    source: { type: 'requests', intervalSeconds: 1 },
    ask,
    feedback,
  });

const result = (confidences: number[]): PipelineResult => ({
  model,
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
