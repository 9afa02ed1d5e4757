import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import type { PipelineSpec } from '../../src/pipeline/spec.js';
import { ProvenModels } from '../../src/proven-models.js';
import { chooseTarget, fastest, settleTarget, walk } from '../../src/selection/index.js';
import { obstacle, titleOf } from '../native/fixtures.js';

type Json = Record<string, unknown>;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const dlr = { device: 'cpu', threads: 1 } as const;
let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'mli-choice-')), 'model');
  await cp('models/waste-sorter', folder, { recursive: true });
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

/** Changes the shipped package; its golden samples are cut to one, since all of them take seconds. */
async function change(
  edit: (manifest: { targets: Json[]; files: Json }) => Promise<void> | void,
): Promise<void> {
  const file = path.join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as {
    targets: Json[];
    files: Json;
    golden: unknown[];
  };
  manifest.golden.splice(1);
  await edit(manifest);
  await writeFile(file, JSON.stringify(manifest));
}

const choose = (more: object = {}) =>
  chooseTarget(
    { model: { folder, allowUnpinned: true, ...more }, dlr },
    { limits: { warmUp: 1, rounds: 1, runsARound: 2, budgetMs: 0 } },
  );

describe.skipIf(obstacle())(titleOf('the choice of a target'), () => {
  it('measures those that are right and takes the fastest', async () => {
    await change(() => undefined);
    const { target, because, steps } = await choose();
    const right = steps.filter(({ outcome }) => outcome === 'good');
    expect(right.length).toBeGreaterThan(1);
    expect(because).toBe('fastest');
    const times = right.map(({ quickMs }) => quickMs ?? NaN);
    expect(right.find((step) => step.target === target)?.quickMs).toBe(Math.min(...times));
    expect(right.map(({ golden }) => golden?.samples)).toEqual(right.map(() => 1));
  });

  it('passes over one that does not load, with its reason', async () => {
    await change(async ({ targets }) => {
      const [first, , onnx] = targets as [Json, Json, Json];
      await writeFile(path.join(folder, 'onnx', 'model.onnx'), 'no model');
      onnx['files'] = { 'model.onnx': sha256(Buffer.from('no model')) };
      targets.splice(0, targets.length, first, onnx);
    });
    const { target, because, steps } = await choose();
    expect([target, because]).toEqual(['dlr-x64-avx2', 'only']);
    expect(steps.find((step) => step.target === 'onnx')).toMatchObject({
      outcome: 'failed',
      code: 'MODEL_LOAD_FAILED',
      reason: expect.stringContaining('Protobuf parsing failed') as string,
    });
  });

  it('names each with its reason where none is right', async () => {
    await change(async ({ files }) => {
      const name = 'golden/02-cardboard.json';
      const golden = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as {
        outputs: Record<string, { data: number[] }>;
      };
      for (const { data } of Object.values(golden.outputs)) data[3] = 99;
      const bytes = Buffer.from(JSON.stringify(golden));
      await writeFile(path.join(folder, name), bytes);
      files[name] = sha256(bytes);
    });
    await expect(choose()).rejects.toMatchObject({ code: 'MODEL_NO_TARGET' });
    await expect(choose()).rejects.toThrow(
      /dlr-x64-avx2: GOLDEN_MISMATCH: .*output 0\[3\]: .* instead of 99, .* apart.*onnx: GOLDEN_MISMATCH/s,
    );
  });

  it('tries nothing where the configuration or the machine leaves one', async () => {
    expect(await choose({ runtime: 'onnx' })).toMatchObject({ target: 'onnx', because: 'configured' });
    expect(await choose({ target: 'dlr-x64-avx2' })).toMatchObject({
      target: 'dlr-x64-avx2',
      because: 'configured',
    });
  });

  it('is made once for a package and remembered, with the proof', async () => {
    await change(() => undefined);
    const state = path.dirname(folder);
    const logger = createLogger({ name: 'test', level: 'silent' });
    const spec = {
      name: 'belt',
      model: {
        folder,
        sha256: sha256(await readFile(path.join(folder, 'model.json'))),
        allowUnpinned: false,
      },
      dlr,
    } as PipelineSpec;
    const signal = new AbortController().signal;
    const proven = new ProvenModels(state, logger);
    // Pipelines that start together: the first seeks for both.
    const [first, other] = await Promise.all([1, 2].map(() => settleTarget(spec, proven, signal)));
    if (!first) throw new Error('nothing was settled');
    expect(other).toEqual({ spec: first.spec, choice: undefined });
    expect(first.choice?.because).toBe('fastest');
    const again = new ProvenModels(state, logger);
    const second = await settleTarget(spec, again, signal);
    expect(second).toEqual({ spec: first.spec, choice: undefined });
    expect(await again.has(second.spec)).toBe(true);
    // With another number of threads another one may be the fastest.
    expect(await again.choiceFor({ ...spec, dlr: { ...dlr, threads: 2 } })).toBeUndefined();
  });
});

it('a target whose process dies is passed over', async () => {
  const parent = path.dirname(folder);
  const entry = path.join(parent, 'dies.mjs');
  await writeFile(entry, "process.on('message', () => process.kill(process.pid, 'SIGSEGV'));");
  const job = { type: 'artifact', request: { runtime: 'onnx', artifact: 'x', dlr } } as const;
  const [step] = await walk([{ target: 'onnx', runtime: 'onnx', job }], { entry });
  expect(step).toMatchObject({
    outcome: 'failed',
    code: 'PROBE_ENDED',
    reason: 'its process ended: signal SIGSEGV',
  });
});

it('what an earlier version proved for a named target stays proved', async () => {
  const state = path.dirname(folder);
  const logger = createLogger({ name: 'test', level: 'silent' });
  const spec = { model: { folder, sha256: 'a', target: 'onnx', allowUnpinned: false }, dlr };
  await new ProvenModels(state, logger).add(spec);
  const file = path.join(state, 'proven-models.json');
  const { machine, proofs } = JSON.parse(await readFile(file, 'utf8')) as Json;
  await writeFile(file, JSON.stringify({ version: 2, machine, proofs }));
  expect(await new ProvenModels(state, logger).has(spec)).toBe(true);
});

it('is decided by undisturbed runs: a busy machine does not make a slow target the fastest', () => {
  const step = (target: string, quickMs: number, medianMs: number) =>
    ({ target, runtime: 'dlr', outcome: 'good', quickMs, medianMs }) as const;
  expect(fastest([step('disturbed', 10, 40), step('slow', 15, 16)])?.target).toBe('disturbed');
});
