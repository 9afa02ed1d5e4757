import { describe, expect, it } from 'vitest';
import { EdgeError } from '../../src/errors/index.js';
import { createLogger } from '../../src/logger.js';
import { createInferenceApp, InferenceService, TopicService } from '../../src/service/index.js';
import type { ModelDescription, PipelineRequest } from '../../src/pipeline/requests.js';
import { damage, damageDocument, fuzzRounds, random } from '../fuzz.js';

const rounds = fuzzRounds(1500);
const model = { name: 'sorter', version: '1.0.0', digest: 'd', runtime: 'dlr', target: 't' } as const;
const description: ModelDescription = {
  model,
  task: 'classification',
  backend: 'tvm',
  inputs: [{ name: 'image', dtype: 'float32', shape: [-1, 2, 3] }],
  outputs: [{ name: 'probabilities', dtype: 'float32', shape: [1, 3] }],
  labels: ['glass', 'metal', 'paper'],
};
const timingsMs = { capture: 0, preprocess: 0, infer: 0, decode: 0 };

/** Stands for the pipelines: a model whose picture is "a picture", and whose tensors are as they are described or refused. */
function answer(request: PipelineRequest): unknown {
  switch (request.type) {
    case 'describe':
      return description;
    case 'infer-picture':
      if (Buffer.from(request.body).toString() !== 'a picture')
        throw new EdgeError('PICTURE_UNREADABLE', { path: 'of a request', reason: 'it is none' });
      return { model, predictions: [{ label: 'glass', confidence: 0.9 }], timingsMs };
    case 'infer-tensors': {
      const { data, shape } = request.tensors['image'] ?? { data: [], shape: [] };
      expect(data).toHaveLength(shape.reduce((size, dimension) => size * dimension, 1));
      return { outputs: [{ dtype: 'float32', shape: [1, 3], data: Float32Array.of(0.1, 0.7, 0.2) }] };
    }
    case 'picture':
    case 'window':
      throw new Error(`nobody asks for ${request.type}`);
  }
}

const service = () =>
  new InferenceService(
    { digestOf: () => model.digest, ask: async (_pipeline, request) => answer(request) as never },
    [{ name: 'sorter', pipelines: ['belt-1'] }],
    { concurrency: 2, queueLimit: 4, timeoutSeconds: 5, maxBodyBytes: 100_000 },
  );

describe('requests that make no sense', () => {
  const document = {
    id: '7',
    parameters: { binary_data_output: true },
    inputs: [
      {
        name: 'image',
        shape: [1, 2, 3],
        datatype: 'FP32',
        parameters: { binary_data_size: 24 },
      },
    ],
    outputs: [{ name: 'probabilities', parameters: { binary_data: true, classification: 2 } }],
  };
  const values = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

  it('over HTTP are answered, and never with the fault of the server', { timeout: 60_000 }, async () => {
    const app = createInferenceApp(service(), '1.0.0');
    const statuses = new Map<number, number>();
    for (let seed = 0; seed < rounds; seed++) {
      const next = random(seed);
      const inline = next() < 0.4;
      const [input] = document.inputs;
      const whole = inline
        ? { ...document, inputs: [{ ...input, parameters: {}, data: [1, 2, 3, 4, 5, 6] }] }
        : document;
      let json: Uint8Array = Buffer.from(JSON.stringify(damageDocument(whole, next, 0.03)));
      if (next() < 0.15) json = damage(json, next);
      const body = inline ? json : Buffer.concat([json, next() < 0.2 ? damage(values, next) : values]);
      const length = next() < 0.1 ? `${Math.floor(next() * 1e6) - 10}` : String(json.length);
      const response = await app.request('/v2/models/sorter/infer', {
        method: 'POST',
        body: new Uint8Array(body),
        headers: {
          'content-type': 'application/octet-stream',
          ...(!inline && { 'inference-header-content-length': length }),
          ...(next() < 0.05 && { 'content-encoding': next() < 0.5 ? 'gzip' : 'odd' }),
        },
      });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      expect(response.status, `seed ${seed}`).toBeLessThan(500);
    }
    expect(statuses.get(200)).toBeGreaterThan(rounds / 50);
    expect(statuses.get(400)).toBeGreaterThan(rounds / 4);
  });

  it('over topics are answered below the one prefix, or counted', { timeout: 60_000 }, async () => {
    const request = {
      client: 'com.example.Asks',
      id: 'request-7',
      algorithm: 'image-classification',
      service: 'sorter',
      contentType: 'image/jpeg',
      body: Buffer.from('a picture').toString('base64'),
    };
    const replies: { topic: string; status: string }[] = [];
    let receive: (message: { payload: Uint8Array }) => void = () => undefined;
    const link = {
      publish: async (topic: string, payload: string) => {
        const { status } = JSON.parse(payload) as { status: string };
        replies.push({ topic, status });
      },
      subscribe: async (_filter: string, handler: typeof receive) => {
        receive = handler;
        return { close: () => undefined };
      },
    };
    const topics = new TopicService(service(), link, createLogger({ name: 'fuzz', level: 'silent' }));
    await topics.start('mli/inference/requests');
    for (let seed = 0; seed < rounds; seed++) {
      const next = random(seed);
      let payload: Uint8Array = Buffer.from(JSON.stringify(damageDocument(request, next, 0.04)));
      if (next() < 0.15) payload = damage(payload, next);
      receive({ payload });
      // So many at once that the limits are not what is tried here.
      if (seed % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => replies.length + topics.counters.unanswerable).toBe(rounds);
    for (const { topic } of replies)
      expect(topic).toMatch(/^mli\/replies\/[a-zA-Z0-9][\w.-]{0,63}\/[\w-]{1,64}$/);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'success').length).toBeGreaterThan(rounds / 50);
    expect(statuses.filter((status) => status === 'error').length).toBeGreaterThan(rounds / 50);
    expect(topics.counters).toMatchObject({ repliesFailed: 0 });
  });
});
