import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentSchema } from '../../src/config/document.js';
import { createLogger } from '../../src/logger.js';
import { PipelineProcesses } from '../../src/pipeline/processes.js';
import type { PipelineResult } from '../../src/pipeline/result.js';
import { specOf } from '../../src/pipeline/spec.js';
import { PipelineSupervisor } from '../../src/pipeline/supervisor.js';
import { jpeg, pixelOf } from '../sources/pictures.js';
import { never, until } from './fake-pipelines.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const model = fileURLToPath(new URL('../../models/waste-sorter', import.meta.url));
const kept = 3;
let folder: string;
let supervisor: PipelineSupervisor;
const results: PipelineResult[] = [];

/** A real pipeline process on the shipped classifier; its pictures are grey, 400 x 300. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-requests-'));
  for (const name of ['a', 'b'])
    await writeFile(path.join(folder, `${name}.jpg`), jpeg(400, 300, [128, 128, 128]));
  const { pipelines, dlr, supervision } = documentSchema.parse({
    models: { sorter: { source: { type: 'package', path: model } } },
    pipelines: {
      belt: { source: { type: 'images', path: folder, intervalSeconds: 0.2 }, model: 'sorter' },
    },
  });
  const belt = pipelines['belt'];
  if (!belt) throw new Error('The configuration has lost its pipeline');
  const spec = specOf('belt', belt, { folder: model, allowUnpinned: false }, dlr);
  const processes = new PipelineProcesses(logger);
  const options = { config: supervision, processes, logger, keepFrames: kept, phase: 0 };
  supervisor = new PipelineSupervisor(spec, options, { onResult: (result) => results.push(result) });
  supervisor.start();
  await until(() => results.length > kept, supervisor);
});
afterAll(async () => {
  await supervisor.stop();
  await rm(folder, { recursive: true });
});

describe('a pipeline, asked for a picture,', () => {
  it('gives that of a result that just came, and never enlarges it', async () => {
    const id = results.at(-1)?.frame.id ?? 0;
    const reply = await supervisor.ask({ type: 'picture', frame: id, quality: 90, maxWidth: 4000 }, never);
    expect(reply).toMatchObject({ frame: id, width: 400, height: 300 });
    const small = await supervisor.ask({ type: 'picture', quality: 90, maxWidth: 100 }, never);
    expect(small).toMatchObject({ width: 100, height: 75 });
    expect(small.frame).toBeGreaterThanOrEqual(id);
  });

  it('encodes it anew, and gives it as it came only where that was asked for', async () => {
    const file = await readFile(path.join(folder, 'a.jpg'));
    const request = { type: 'picture', quality: 20, maxWidth: 4000 } as const;
    const anew = await supervisor.ask(request, never);
    expect(Buffer.from(anew.jpeg).equals(file)).toBe(false);
    const same = await supervisor.ask({ ...request, asItCame: true }, never);
    expect(Buffer.from(same.jpeg).equals(file)).toBe(true);
    const small = await supervisor.ask({ ...request, maxWidth: 100, asItCame: true }, never);
    expect(small).toMatchObject({ width: 100, height: 75 });
  });

  it('paints over what must not leave the device, and draws after that', async () => {
    const regions = [[0.5, 0, 0.5, 1]] as const;
    const annotate = [{ label: 'größe', confidence: 0.5, box: [0.1, 0.2, 0.2, 0.5] as const }];
    const { jpeg: bytes } = await supervisor.ask(
      { type: 'picture', quality: 95, hide: { regions, how: 'black' }, annotate },
      never,
    );
    expect(Math.max(...(await pixelOf(bytes, 0.75, 0.5)))).toBeLessThan(12);
    // The edge of the box, and what it surrounds.
    const [blue = 0, , red = 0] = await pixelOf(bytes, 0.1, 0.6);
    expect(red - blue).toBeGreaterThan(60);
    // The label stands above it, and hides nothing of what it names.
    const [blueAbove = 0, , redAbove = 0] = await pixelOf(bytes, 0.105, 0.19);
    expect(redAbove - blueAbove).toBeGreaterThan(60);
    for (const y of [0.23, 0.6]) {
      const [inside = 0] = await pixelOf(bytes, 0.2, y);
      expect(Math.abs(inside - 128)).toBeLessThan(12);
    }
  });

  it('says that it has a frame no more that is older than those it keeps', async () => {
    await until(() => results.length > kept + 2, supervisor);
    const old = supervisor.ask({ type: 'picture', frame: results[0]?.frame.id ?? 0, quality: 80 }, never);
    await expect(old).rejects.toMatchObject({ code: 'FRAME_NOT_KEPT', details: { frame: 1, limit: kept } });
  });

  it('says so where it is asked for a window of samples', async () => {
    const window = supervisor.ask({ type: 'window' }, never);
    await expect(window).rejects.toMatchObject({ code: 'FRAME_KIND_OTHER', details: { got: 'picture' } });
  });

  it('keeps no frames where nobody has a use for them any more', async () => {
    const { supervision } = documentSchema.parse({});
    supervisor.configure(supervision, 0);
    const none = supervisor.ask({ type: 'picture', quality: 80 }, never);
    await expect(none).rejects.toMatchObject({ code: 'FRAME_NOT_KEPT', details: { limit: 0 } });
    supervisor.configure(supervision, kept);
  });
});

describe('a pipeline, asked for an inference,', () => {
  it('predicts what it says of the same picture as a frame', async () => {
    const body = jpeg(400, 300, [128, 128, 128]);
    const { predictions } = await supervisor.ask({ type: 'infer-picture', body }, never);
    expect(predictions.map(({ label }) => label)).toEqual(results[0]?.predictions.map(({ label }) => label));
    expect(predictions[0]?.confidence).toBeCloseTo(results[0]?.predictions[0]?.confidence ?? 0, 3);
  });

  it('refuses what is no picture, and tensors of another shape', async () => {
    const body = Buffer.from('no picture');
    await expect(supervisor.ask({ type: 'infer-picture', body }, never)).rejects.toMatchObject({
      code: 'PICTURE_UNREADABLE',
    });
    const tensor = { dtype: 'float32', shape: [1], data: new Float32Array(1) } as const;
    const wrong = supervisor.ask({ type: 'infer-tensors', tensors: { nonsense: tensor } }, never);
    await expect(wrong).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('gives the raw outputs of ready tensors', async () => {
    const { inputs } = await supervisor.ask({ type: 'describe' }, never);
    const [input] = inputs;
    const shape = input?.shape ?? [];
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const tensors = { [input?.name ?? '']: { dtype: 'float32', shape, data } as const };
    const { outputs } = await supervisor.ask({ type: 'infer-tensors', tensors }, never);
    expect(outputs[0]?.data).toHaveLength(6);
    expect(outputs[0]?.data.every((value) => Number.isFinite(Number(value)))).toBe(true);
  });

  it('goes on with its frames while it is asked without pause', async () => {
    const before = results.length;
    const body = jpeg(400, 300, [128, 128, 128]);
    while (results.length < before + 5) await supervisor.ask({ type: 'infer-picture', body }, never);
    expect(supervisor.status.restarts).toBe(0);
  });

  it('says so when its process dies, and answers again when it is back', async () => {
    const body = jpeg(400, 300, [128, 128, 128]);
    process.kill(supervisor.status.pid ?? 0, 'SIGSTOP');
    const waiting = supervisor.ask({ type: 'infer-picture', body }, never);
    process.kill(supervisor.status.pid ?? 0, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
    const before = results.at(-1)?.frame.id ?? 0;
    const count = results.length;
    await until(() => results.length > count, supervisor);
    // Ids go on, so that nobody gets the picture of another frame.
    expect(results.at(-1)?.frame.id).toBeGreaterThan(before);
    await supervisor.ask({ type: 'infer-picture', body }, never);
  });
});
