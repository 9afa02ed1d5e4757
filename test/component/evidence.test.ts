import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../src/cli/free-port.js';
import type { VitalsView } from '../../src/dashboard/live-view.js';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { startMoto, type Moto } from '../models/moto.js';
import { pixelOf } from '../sources/pictures.js';
import { Desk } from './desk.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bucket = 'samples';
let moto: Moto | undefined;
let s3: S3Client;
let desk: Desk;

beforeAll(async () => {
  moto = await startMoto();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  s3 = new S3Client({ ...(moto && { endpoint: moto.endpoint }), forcePathStyle: true });
  if (moto) await s3.send(new CreateBucketCommand({ Bucket: bucket }));
}, 300_000);
afterAll(async () => {
  s3.destroy();
  vi.unstubAllEnvs();
  await moto?.stop();
});
beforeEach(async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', moto?.endpoint);
  desk = await Desk.open();
});
afterEach(() => desk.close());

const labels = ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'];
/** Fires on every frame: one of the labels is always the best. */
const onEveryFrame = (...actions: object[]) => ({
  name: 'always',
  when: { label: labels, minConfidence: 0 },
  do: actions,
});

/** Gives a component the right to publish on some topics more. */
const allowing = (...topics: string[]) => ({
  'aws.greengrass.ipc.pubsub': {
    'mli.Inference:pubsub:more': { operations: ['aws.greengrass#PublishToTopic'], resources: topics },
  },
});
const feedbackTopics = ['feedback/message/status', 'feedback/message/prediction', 'cloudwatch/metric/put'];

const keys = async (Prefix: string): Promise<string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  return Contents.map(({ Key = '' }) => Key);
};
const object = async (Key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const eventually = (read: () => unknown) => expect.poll(read, { timeout: 30_000, interval: 100 });

/** What the live page is told of the component: the next news of it. */
async function vitalsOf(port: number): Promise<VitalsView> {
  const response = await fetch(`http://127.0.0.1:${port}/events`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    const data = /^event: vitals\ndata: (.*)$/m.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data) as VitalsView;
  }
  throw new Error('The page ended before it told');
}

/** Whether two pixels are the same but for what JPEG does to them. */
const near = (a: readonly number[], b: readonly number[]) =>
  a.every((value, channel) => Math.abs(value - (b[channel] ?? NaN)) < 12);

/** The colours of the two pictures of the desk, and of what is drawn into them. */
const colours = [
  [200, 180, 160],
  [40, 160, 60],
];

describe('an action of a component', { timeout: 120_000 }, () => {
  it('keeps the pictures of results in folders, plain and annotated, and no more than it may', async () => {
    const folder = (name: string) => path.join(desk.pictures, name);
    const snapshot = (name: string, annotate: boolean) => ({
      type: 'snapshot',
      folder: folder(name),
      annotate,
      maxFiles: 4,
      quality: 95,
    });
    const rules = [onEveryFrame(snapshot('plain', false), snapshot('drawn', true))];
    await desk.run(desk.configuration({ 'belt-1': { rules } }));
    await desk.moreResults(8);
    expect(await desk.stopComponent()).toBe(0);
    for (const name of ['plain', 'drawn']) {
      const kept = await readdir(folder(name));
      expect(kept).toHaveLength(4);
      // The newest, of those that came before the end.
      const numbers = kept.map((file) => Number(/-(\d+)\.jpg$/.exec(file)?.[1]));
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(desk.results().length - 4);
    }
    const drawn = new Set(await readdir(folder('drawn')));
    const both = (await readdir(folder('plain'))).filter((name) => drawn.has(name));
    expect(both.length).toBeGreaterThan(0);
    for (const name of both) {
      const plain = await readFile(path.join(folder('plain'), name));
      const annotated = await readFile(path.join(folder('drawn'), name));
      const isColour = (pixel: readonly number[]) => colours.some((colour) => near(colour, pixel));
      expect(isColour(await pixelOf(plain, 0.5, 0.5))).toBe(true);
      expect(isColour(await pixelOf(annotated, 0.5, 0.5))).toBe(true);
      // The label is written on a field in the corner.
      expect(isColour(await pixelOf(plain, 0.003, 0.003))).toBe(true);
      expect(isColour(await pixelOf(annotated, 0.003, 0.003))).toBe(false);
    }
  });

  it('uploads the pictures of results; what a kill -9 left on the disk arrives after the next start', async (context) => {
    if (!moto) return context.skip();
    // Nothing listens there: S3 is away in the first life of the component.
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    const rules = [onEveryFrame({ type: 'upload', bucket, minIntervalSeconds: 0.5 })];
    const first = await desk.run(desk.configuration({ 'belt-1': { rules } }));
    await desk.moreResults(8);
    const ids = desk.results().map(({ id }) => id);
    const bodies = path.join(desk.pictures, 'work/spool/uploads/bodies-v1');
    await eventually(async () => (await readdir(bodies)).length).toBeGreaterThanOrEqual(2);
    first.kill('SIGKILL');
    vi.stubEnv('AWS_ENDPOINT_URL', moto.endpoint);
    await desk.run(desk.configuration({ 'belt-1': { rules: [] } }));
    await eventually(async () => (await keys('feedback/belt-1/')).length).toBeGreaterThanOrEqual(2);
    for (const key of await keys('feedback/belt-1/')) {
      const id = /^feedback\/belt-1\/\d{4}-\d\d-\d\d\/([\w-]+)\.jpg$/.exec(key)?.[1];
      expect(ids).toContain(id);
      const { name } = desk.results().find((result) => result.id === id)?.frame ?? {};
      expect(near(await pixelOf(await object(key), 0.5, 0.5), colours[name === 'a.jpg' ? 0 : 1] ?? [])).toBe(
        true,
      );
    }
    await eventually(() => readdir(bodies)).toEqual([]);
  });
});

describe('feedback of a component', { timeout: 120_000 }, () => {
  it('uploads pictures in which what is hidden is hidden, lists them, and says on its status how many', async (context) => {
    if (!moto) return context.skip();
    const feedback = {
      bucket,
      prefix: 'hidden/',
      quality: 95,
      hide: { regions: [[0, 0, 0.5, 0.5]] },
      manifest: { maxSamples: 3 },
    };
    const port = await freePort('127.0.0.1', 0);
    await desk.run({
      ...desk.configuration({ 'belt-1': { feedback } }),
      status: { intervalSeconds: 1 },
      dashboard: { enabled: true, port },
      accessControl: allowing(...feedbackTopics),
    } as never);
    await eventually(async () => (await keys('hidden/manifests/')).length).toBeGreaterThanOrEqual(1);
    const pictures = (await keys('hidden/')).filter((key) => key.endsWith('.jpg'));
    for (const key of pictures) {
      const picture = await object(key);
      expect(near(await pixelOf(picture, 0.25, 0.25), [0, 0, 0])).toBe(true);
      expect(near(await pixelOf(picture, 0.48, 0.48), [0, 0, 0])).toBe(true);
      for (const [x, y] of [
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const) {
        const pixel = await pixelOf(picture, x, y);
        expect(colours.some((colour) => near(colour, pixel))).toBe(true);
      }
    }
    const [manifest = ''] = await keys('hidden/manifests/');
    const lines = (await object(manifest)).toString('utf8').trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        'source-ref': expect.stringMatching(/^s3:\/\/samples\/hidden\/[0-9a-f-]{36}\.jpg$/) as unknown,
        'model-label-metadata': { type: 'groundtruth/image-classification', 'human-annotated': 'no' },
      });
    const status = () =>
      desk.local
        .filter(({ topic }) => topic === 'mli/status/desk')
        .map(({ message }) => (message as PipelineStatusMessage).feedback)
        .at(-1);
    await desk.until('the counts', () => (status()?.done ?? 0) >= 3);
    expect(status()).toMatchObject({ notUsed: 0, refused: 0, lost: 0, unlisted: 0 });
    const { feedback: shown } = await vitalsOf(port);
    expect(shown).toMatchObject({ refused: 0, lost: 0, queued: expect.any(Number) as unknown });
    expect(shown?.done).toBeGreaterThanOrEqual(3);
  });
});

describe('a pipeline of a sensor', { timeout: 120_000 }, () => {
  it('keeps and uploads its windows as CSV, for actions and for feedback', async (context) => {
    if (!moto) return context.skip();
    const recording = path.join(desk.pictures, 'pump.csv');
    const simulate = path.join(root, 'samples/pump/simulate.mjs');
    await promisify(execFile)(process.execPath, [simulate, '60', '30', '1', recording]);
    const folder = path.join(desk.pictures, 'windows');
    await mkdir(folder);
    const rules = [
      {
        when: { label: ['normal', 'anomaly'], minConfidence: 0 },
        do: [
          { type: 'snapshot', folder },
          { type: 'upload', bucket, prefix: 'windows/' },
        ],
      },
    ];
    const source = {
      type: 'csv',
      path: recording,
      timeField: 'time',
      speed: 60,
      loop: true,
      intervalSeconds: 0.5,
    };
    await desk.run({
      models: { pump: { source: { type: 'package', path: path.join(root, 'models/pump-watch') } } },
      pipelines: {
        pump: { source, model: 'pump', rules, feedback: { bucket, prefix: 'kept/' } },
      },
      accessControl: allowing(...feedbackTopics),
    } as never);
    await eventually(async () => (await keys('kept/')).length).toBeGreaterThanOrEqual(1);
    await eventually(async () => (await keys('windows/')).length).toBeGreaterThanOrEqual(1);
    await eventually(async () => (await readdir(folder)).length).toBeGreaterThanOrEqual(1);
    const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.csv'));
    const texts = [
      await readFile(path.join(folder, name), 'utf8'),
      (await object((await keys('windows/'))[0] ?? '')).toString('utf8'),
      (await object((await keys('kept/'))[0] ?? '')).toString('utf8'),
    ];
    for (const text of texts) {
      const [header, ...rows] = text.trim().split('\n');
      expect(header).toBe('time,vibration,temperature,current,noise');
      expect(rows).toHaveLength(200);
      for (const row of rows) expect(row.split(',').map(Number).every(Number.isFinite)).toBe(true);
    }
    const predicted = desk.local
      .filter(({ topic }) => topic === 'feedback/message/prediction')
      .map(({ message }) => (message as { 'model-prediction': number[] })['model-prediction']);
    // Normal and anomaly, which make one.
    for (const [normal = NaN, anomaly = NaN, ...more] of predicted) {
      expect(normal + anomaly).toBeCloseTo(1);
      expect(more).toEqual([]);
    }
    expect(predicted.length).toBeGreaterThan(0);
    // The same window as the result of it: by its newest values.
    const key = (await keys('windows/'))[0] ?? '';
    const result = desk.results('pump').find(({ id }) => key.includes(`/${id}.csv`));
    const last = texts[1]?.trim().split('\n').at(-1)?.split(',').slice(1).map(Number);
    expect(last).toEqual((result?.frame as { last?: number[] } | undefined)?.last);
  });
});
