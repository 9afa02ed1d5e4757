import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '../../src/compile/golden/png.js';
import { renderPicture } from '../../src/compile/golden/rendered.js';
import type { Engine } from '../../src/engines/index.js';
import { openPackage, type ModelPackage } from '../../src/models/index.js';
import { goldenOutputs, writePackage } from '../../src/models/write-package.js';
import { measureGolden, proveGolden } from '../../src/pipeline/golden.js';
import { tensorOf } from '../../src/tensor-values.js';

const folder = mkdtempSync(path.join(tmpdir(), 'mli-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A detector whose first output are probabilities, and the second pixels. */
let model: ModelPackage;
beforeAll(async () => {
  const out = path.join(folder, 'package');
  const manifest = {
    manifestVersion: 1,
    name: 'two-outputs',
    version: '1.0.0',
    task: 'object-detection',
    input: {
      name: 'image',
      shape: [1, 3, 8, 8],
      dtype: 'float32',
      layout: 'NCHW',
      colorOrder: 'RGB',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: { mode: 'stretch' },
    },
    decoder: { type: 'centernet' },
    labels: 'labels.txt',
    targets: [{ name: 'dlr', runtime: 'dlr', path: 'dlr' }],
    golden: [{ input: 'a.png', output: 'a.json', tolerance: 0.5 }],
    license: 'Apache-2.0',
  };
  const expected = [
    { shape: [1, 2], data: [0.1, 0.9], tolerance: 0.001 },
    { shape: [1, 2], data: [100, 200] },
  ];
  const files = new Map<string, string | Buffer>([
    ['labels.txt', Buffer.from('person\n')],
    ['dlr/compiled.so', Buffer.from('not opened here')],
    ['a.png', encodePng(renderPicture(8, 8, 3, 0))],
    ['a.json', goldenOutputs(expected)],
  ]);
  await writePackage(out, { manifest, files });
  model = await openPackage({ folder: out, allowUnpinned: true });
});

const engineThatGives = (probabilities: number[], pixels: number[]): Engine =>
  ({
    run: () =>
      Promise.resolve([tensorOf('float32', [1, 2], probabilities), tensorOf('float32', [1, 2], pixels)]),
  }) as unknown as Engine;

test('each output of a golden sample may differ by what is allowed for it', async () => {
  await expect(proveGolden(model, engineThatGives([0.1, 0.9005], [100.4, 200]))).resolves.toBeUndefined();
});

test('what is allowed for pixels is not for probabilities, and the worse of the two is named', async () => {
  const [worst] = await measureGolden(model, engineThatGives([0.11, 0.9], [100.4, 200]));
  expect(worst).toMatchObject({ place: 'output 0[0]', tolerance: 0.001 });
  expect(worst?.difference).toBeCloseTo(0.01, 5);
  await expect(proveGolden(model, engineThatGives([0.11, 0.9], [100, 200]))).rejects.toMatchObject({
    code: 'GOLDEN_MISMATCH',
  });
  await expect(proveGolden(model, engineThatGives([0.1, 0.9], [100, 200.6]))).rejects.toMatchObject({
    code: 'GOLDEN_MISMATCH',
  });
});

test('a NaN is never within what is allowed', async () => {
  const [worst] = await measureGolden(model, engineThatGives([NaN, 0.9], [100, 200]));
  expect(worst?.difference).toBeNaN();
});
