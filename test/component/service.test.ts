import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InferenceClient } from '../../src/client/index.js';
import { createGreengrassClient } from '../../src/greengrass/index.js';
import { createLogger } from '../../src/logger.js';
import { pythonWith } from '../python-environment.js';
import { jpeg } from '../sources/pictures.js';
import { Desk } from './desk.js';

const logger = createLogger({ name: 'test', level: 'silent' });

let python: string | undefined;
let desk: Desk;
let url: string;

beforeAll(async () => {
  python = await pythonWith({
    name: 'tritonclient',
    requirement: 'tritonclient[http]==2.69.0',
    probe: [
      '-c',
      "import tritonclient.http; from importlib.metadata import version; print(version('tritonclient'))",
    ],
  });
}, 300_000);
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(() => desk.close());

/** The component with these pipelines and the service on a free port. */
async function serve(
  pipelines: Record<string, object>,
  service: object = {},
  accessControl: object = {},
): Promise<void> {
  const http = { enabled: true, port: 0 };
  await desk.run({ ...desk.configuration(pipelines), service: { http, ...service }, accessControl } as never);
  const found = () => /"url":"(http:[^"]+)","msg":"the inference service listens"/.exec(desk.log)?.[1];
  await desk.until('the service', () => found() !== undefined);
  url = found() ?? '';
  await desk.until(
    'the pipelines',
    () => desk.log.split('"pipeline ready"').length > Object.keys(pipelines).length,
  );
}

const pubsub = 'aws.greengrass.ipc.pubsub';
/** What docs/inference-service.md says that a deployment needs for requests over topics … */
const rights = {
  [pubsub]: {
    'requests of the inference service': {
      operations: ['aws.greengrass#SubscribeToTopic'],
      resources: ['mli/inference/requests'],
    },
    'replies of the inference service': {
      operations: ['aws.greengrass#PublishToTopic'],
      resources: ['mli/replies/*'],
    },
  },
};
/** … and the component that asks. */
const asks = {
  [pubsub]: {
    'asks the inference service': {
      operations: ['aws.greengrass#PublishToTopic'],
      resources: ['mli/inference/requests'],
    },
    'hears its replies': {
      operations: ['aws.greengrass#SubscribeToTopic'],
      resources: ['mli/replies/com.example.Asks/*'],
    },
  },
};

const onDemand = { 'on-demand': { source: { type: 'requests' } } };
const picture = () => path.join(desk.pictures, 'b.jpg');

async function post(
  model = 'sorter',
  body: Uint8Array | string = '',
  type = 'image/jpeg',
  query = '',
): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(`${url}/v2/models/${model}/predict${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

describe('the inference service of a component', () => {
  it(
    'gives an unchanged Triton client health, metadata and predictions',
    { timeout: 60_000 },
    async (context) => {
      if (python === undefined) return context.skip();
      await serve(onDemand);
      const script = path.join(import.meta.dirname, '../service/triton_client.py');
      const { stdout } = await promisify(execFile)(python, [script, new URL(url).host, 'sorter', picture()]);
      const seen = JSON.parse(stdout) as Record<string, unknown>;
      const answered = await post('sorter', await readFile(picture()));
      const predictions = answered.body['predictions'] as unknown as { label: string; confidence: number }[];
      expect(seen).toMatchObject({
        live: true,
        ready: true,
        modelReady: true,
        otherReady: false,
        server: {
          name: 'greengrass-mli',
          extensions: ['binary_tensor_data', 'classification', 'model_repository'],
        },
        index: [{ name: 'sorter', state: 'READY' }],
        metadata: { name: 'sorter', inputs: [{ datatype: 'FP32', shape: [1, 3, 224, 224] }] },
        same: [true, true, true, true],
        id: 'seven',
        shape: [1, 6],
        labels: predictions.map(({ label }) => label),
      });
      const [first, second] = seen['classes'] as string[];
      expect(first).toMatch(new RegExp(`^-?[0-9.]+:${String(seen['argmax'])}:[a-z]+$`));
      expect(Number(first?.split(':')[0])).toBeGreaterThanOrEqual(Number(second?.split(':')[0]));
      for (const [index, value] of (seen['confidences'] as number[]).entries())
        expect(value).toBeCloseTo(predictions[index]?.confidence ?? NaN, 5);
      expect(seen['errors']).toEqual([
        ['404', expect.stringContaining('No model "other"')],
        ['400', expect.stringContaining('no input "wrong"')],
        ['404', expect.stringContaining('version "9"')],
      ]);
    },
  );

  it(
    'answers a picture in the form of the v1 connectors, and refuses what is none',
    { timeout: 60_000 },
    async () => {
      await serve(onDemand);
      const jpeg = await readFile(picture());
      const v1 = await post('sorter', jpeg, 'image/jpeg', '?algorithm=image-classification');
      const probabilities = v1.body as unknown as number[];
      expect(probabilities).toHaveLength(6);
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      expect(await post('sorter', jpeg, 'image/jpeg', '?algorithm=object-detection')).toMatchObject({
        status: 400,
      });
      expect(await post('sorter', jpeg, 'text/plain')).toMatchObject({ status: 415 });
      for (const noise of [new Uint8Array(0), Buffer.from('no picture'), jpeg.subarray(0, jpeg.length / 2)])
        expect((await post('sorter', noise)).body).toMatchObject({ code: 'Request.Unreadable' });
      expect(await post('sorter', jpeg)).toMatchObject({ status: 200 });
    },
  );

  it('lets a pipeline hold its tick while 16 callers ask it at once', { timeout: 60_000 }, async () => {
    await serve({ 'belt-1': { source: { type: 'images', path: desk.pictures, intervalSeconds: 0.5 } } });
    const jpeg = await readFile(picture());
    await desk.moreResults(1);
    const before = desk.results().length;
    let asking = true;
    let answers = 0;
    const callers = Array.from({ length: 16 }, async () => {
      while (asking) if ((await post('sorter', jpeg)).status === 200) answers++;
    });
    await desk.moreResults(6);
    asking = false;
    await Promise.all(callers);
    const frames = desk
      .results()
      .slice(before)
      .map(({ frame }) => frame.id);
    // One frame after the other, none left out.
    expect(frames).toEqual(frames.map((_, index) => (frames[0] ?? 0) + index));
    expect(answers).toBeGreaterThan(16);
  });

  it(
    'tells who comes above the limit of the queue, and answers the others',
    { timeout: 60_000 },
    async () => {
      await serve(onDemand, { concurrency: 1, queueLimit: 2 });
      const jpeg = await readFile(picture());
      await post('sorter', jpeg);
      const all = await Promise.all(Array.from({ length: 24 }, () => post('sorter', jpeg)));
      const full = all.filter(({ status }) => status === 429);
      expect(full.length).toBeGreaterThan(0);
      expect(full[0]?.body).toMatchObject({ code: 'Queue.Full' });
      expect(all.filter(({ status }) => status === 200).length).toBe(24 - full.length);
    },
  );

  it('is ready again after its pipeline was killed', { timeout: 60_000 }, async () => {
    await serve(onDemand);
    const jpeg = await readFile(picture());
    const [pid = 0] = desk.pipelinePids();
    process.kill(pid, 'SIGKILL');
    await desk.until('another process', () => desk.log.split('"pipeline ready"').length > 2);
    expect(await post('sorter', jpeg)).toMatchObject({ status: 200 });
  });

  it(
    'answers over local topics and over HTTP to the client of the package, each error under its name',
    { timeout: 60_000 },
    async () => {
      const ipc = { enabled: true };
      await serve(onDemand, { ipc, maxBodyMegabytes: 0.05 }, rights);
      const other = await desk.nucleus.addComponent({ name: 'com.example.Asks', accessControl: asks });
      const topics = createGreengrassClient({ logger, environment: other.environment });
      await topics.connect();
      const small = jpeg(64, 48, [40, 160, 60]);
      const request = {
        algoType: 'image-classification',
        serviceName: 'sorter',
        contentType: 'image/jpeg',
        body: small,
      } as const;
      const clients = [
        new InferenceClient({ topics, client: 'com.example.Asks' }),
        new InferenceClient({ url }),
      ];
      try {
        const answers = await Promise.all(clients.map((client) => client.invokeInferenceService(request)));
        const [first, second] = answers.map(
          ({ body }) => JSON.parse(Buffer.from(body).toString()) as number[],
        );
        expect(first).toHaveLength(6);
        expect(first).toEqual(second);
        for (const client of clients) {
          const error = (more: object) => client.invokeInferenceService({ ...request, ...more });
          await expect(error({ serviceName: 'other' })).rejects.toMatchObject({
            name: 'InferenceServiceError',
            code: 'Service.Unknown',
          });
          await expect(error({ algoType: 'object-detection' })).rejects.toMatchObject({
            code: 'Request.Invalid',
          });
          await expect(error({ body: Buffer.from('no picture') })).rejects.toMatchObject({
            code: 'Request.Unreadable',
          });
          await expect(error({ serviceName: 'a/b' })).rejects.toThrow(TypeError);
        }
        // Too large: for the topic before it is sent, for HTTP by the service.
        const large = { ...request, body: new Uint8Array(100_000) };
        await expect(clients[0]?.invokeInferenceService(large)).rejects.toThrow(/larger than/);
        await expect(clients[1]?.invokeInferenceService(large)).rejects.toMatchObject({ code: 'HTTP.413' });
        const nobody = new InferenceClient({ socket: '/nowhere', timeoutMs: 1000 });
        await expect(nobody.invokeInferenceService(request)).rejects.toMatchObject({
          name: 'InferenceServiceUnreachable',
        });
      } finally {
        await clients[0]?.close();
        await topics.close();
      }
    },
  );

  it(
    'replies nowhere but below its prefix, and outlives what makes no sense',
    { timeout: 60_000 },
    async () => {
      await serve(onDemand, { ipc: { enabled: true } }, rights);
      const publish = (payload: string) =>
        desk.nucleus.pubsub.publish({
          topic: 'mli/inference/requests',
          from: undefined,
          content: { binary: Buffer.from(payload) },
        });
      await desk.until('the topic', () => desk.log.includes('"topic":"mli/inference/requests"'));
      const ask = (more: object) =>
        publish(
          JSON.stringify({
            client: 'c',
            id: 'ok',
            algorithm: 'image-classification',
            service: 'sorter',
            contentType: 'image/jpeg',
            body: jpeg(64, 48, [1, 2, 3]).toString('base64'),
            ...more,
          }),
        );
      for (const client of ['../line1', 'a/b', '', '#', '+', 'x'.repeat(65), 7, null]) ask({ client });
      for (const id of ['../../line1/gate', 'a b', '#', {}]) ask({ id });
      for (const noise of ['', '{', '[]', 'null', '\0', '"x"']) publish(noise);
      ask({ id: 'body', body: '***' });
      ask({ id: 'type', contentType: 'text/html' });
      ask({ id: 'topic', replyTo: 'line1/gate' });
      ask({});
      const replies = () => desk.local.filter(({ topic }) => topic.startsWith('mli/replies/'));
      await desk.until('four replies', () => replies().length >= 4);
      expect(Object.fromEntries(replies().map(({ topic, message }) => [topic, message]))).toMatchObject({
        'mli/replies/c/body': { status: 'error', error: { code: 'Request.Invalid' } },
        'mli/replies/c/type': { status: 'error', error: { code: 'Request.Invalid' } },
        'mli/replies/c/topic': { status: 'error', error: { code: 'Request.Invalid' } },
        'mli/replies/c/ok': { id: 'ok', status: 'success', contentType: 'application/json' },
      });
      expect(replies()).toHaveLength(4);
      expect(desk.local.some(({ topic }) => topic.startsWith('line1'))).toBe(false);
    },
  );
});
