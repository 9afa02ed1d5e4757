import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pythonWith } from '../python-environment.js';
import { Desk } from './desk.js';

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
async function serve(pipelines: Record<string, object>, service: object = {}): Promise<void> {
  const http = { enabled: true, port: 0 };
  await desk.run({ ...desk.configuration(pipelines), service: { http, ...service } } as never);
  const found = () => /"url":"(http:[^"]+)","msg":"the inference service listens"/.exec(desk.log)?.[1];
  await desk.until('the service', () => found() !== undefined);
  url = found() ?? '';
  await desk.until(
    'the pipelines',
    () => desk.log.split('"pipeline ready"').length > Object.keys(pipelines).length,
  );
}

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
      const predictions = answered.body['predictions'] as { label: string; confidence: number }[];
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
});
