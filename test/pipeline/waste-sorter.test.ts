import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest, PictureInput } from '../../src/models/index.js';
import { FrameInference } from '../../src/pipeline/frame-inference.js';
import { loadModel } from '../../src/pipeline/load-model.js';
import { readPicture } from '../../src/sources/picture-file.js';
import type { Prediction } from '../../src/types.js';
import { testData } from '../data.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = path.join(root, 'models/waste-sorter');
const readJson = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

let inference: FrameInference;
let manifest: Manifest & { input: PictureInput };
let engine: Awaited<ReturnType<typeof loadModel>>['stages']['engine'];
let size: { width: number; height: number };
beforeAll(async () => {
  const { stages, width, height } = await loadModel({
    model: { folder, allowUnpinned: false },
    dlr: { threads: 1, device: 'cpu' },
    preprocess: {},
  });
  inference = new FrameInference(stages);
  engine = stages.engine;
  size = { width, height };
  manifest = await readJson<Manifest & { input: PictureInput }>(path.join(folder, 'model.json'));
});
afterAll(() => inference.dispose());

async function classify(file: string): Promise<readonly Prediction[]> {
  const decoded = await readPicture(file, size.width, size.height);
  const { predictions } = await inference.infer(
    { kind: 'picture', id: 1, capturedAt: new Date(), ...decoded },
    0,
  );
  return predictions;
}

describe('the shipped waste classifier', () => {
  it('gives the recorded outputs for its golden samples, within their tolerance', async () => {
    expect(manifest.golden.length).toBeGreaterThanOrEqual(6);
    for (const { input, output, tolerance } of manifest.golden) {
      const expected = await readJson<{ outputs: Record<string, { data: number[] }> }>(
        path.join(folder, output),
      );
      const { picture } = await readPicture(path.join(folder, input), size.width, size.height);
      const part = { x: 0, y: 0, width: picture.width, height: picture.height };
      const { interpolation } = manifest.input.resize;
      const pixels = picture.resized(part, size.width, size.height, interpolation);
      picture.release();
      const [actual] = await engine.run({ picture: pixels, normalization: manifest.input });
      const [wanted] = Object.values(expected.outputs);
      const differences = Float64Array.from(actual?.data ?? [], Number).map((value, index) =>
        Math.abs(value - (wanted?.data[index] ?? NaN)),
      );
      expect(Math.max(...differences), input).toBeLessThanOrEqual(tolerance);
    }
  });

  it('gets at least 9 of 12 rendered frames of the demo right, two of each class', async () => {
    const belt = path.join(root, 'samples/belt');
    const { readdir } = await import('node:fs/promises');
    const files = (await readdir(belt)).filter((name) => name.endsWith('.jpg')).sort();
    const labels = ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'];
    for (const label of labels)
      expect(files.filter((name) => name.includes(label)).length, label).toBeGreaterThanOrEqual(2);
    const right: string[] = [];
    for (const name of files) {
      const [best] = await classify(path.join(belt, name));
      if (best && name.includes(best.label)) right.push(name);
    }
    expect(right.length / files.length, `right: ${right.join(', ')}`).toBeGreaterThanOrEqual(9 / 12);
  });

  it.skipIf(!testData('trashnet', 'val'))(
    'agrees with the training code on at least 99 % of the validation pictures, and is right on 85 % [needs MLI_TEST_DATA with trashnet/val]',
    async () => {
      const val = testData('trashnet', 'val') ?? '';
      type Recorded = { predictions: Record<string, { label: string; probabilities: number[] }> };
      const { predictions } = await readJson<Recorded>(
        path.join(root, 'training/results/waste-sorter-val.json'),
      );
      const names = Object.keys(predictions);
      expect(names.length).toBe(328);
      let agreed = 0;
      let right = 0;
      let largest = 0;
      for (const name of names) {
        const actual = await classify(path.join(val, name));
        const recorded = predictions[name];
        if (actual[0]?.label === recorded?.label) agreed++;
        if (actual[0]?.label === path.dirname(name)) right++;
        largest = Math.max(
          largest,
          Math.abs((actual[0]?.confidence ?? 0) - Math.max(...(recorded?.probabilities ?? [0]))),
        );
      }
      console.log(
        `agreement ${agreed}/${names.length}, accuracy ${((100 * right) / names.length).toFixed(1)} %, largest difference ${largest.toFixed(4)}`,
      );
      expect(agreed / names.length).toBeGreaterThanOrEqual(0.99);
      expect(right / names.length).toBeGreaterThanOrEqual(0.85);
    },
    120_000,
  );
});
