import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/index.js';
import { scoresOf } from '../../src/fit/fit.js';
import { parseManifest } from '../../src/models/manifest.js';
import { FeatureExtractor } from '../../src/preprocess/features.js';
import type { SampleFrame } from '../../src/types.js';
import { arithmetic } from '../../training/anomaly/arithmetic.mjs';

const models = new URL('../../models/', import.meta.url);
const jsonOf = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(name, models), 'utf8'));
const packages: string[] = [];
for (const name of Object.keys((await jsonOf('shipped.json')) as object)) {
  const { task } = (await jsonOf(`${name}/model.json`)) as { task: string };
  if (task === 'anomaly') packages.push(name);
}

it('three of the packages that come with the product find anomalies', () => {
  expect(packages.sort()).toEqual(['office-temperature', 'pump-watch', 'water-pump']);
});

describe.each(packages)('the golden sample "normal" of %s', (name) => {
  const opened = async () => {
    const file = new URL(`${name}/model.json`, models);
    const manifest = parseManifest(await readFile(file), file.pathname);
    const { input, decoder } = manifest;
    if (input.kind !== 'samples' || !input.features || decoder.type !== 'anomaly')
      throw new Error(`${name} is no anomaly model on features`);
    const golden = (await jsonOf(`${name}/golden/normal.json`)) as { channels: string[]; rows: number[][] };
    const samples = Float64Array.from(golden.rows.flat());
    const window = { kind: 'samples', ...golden, count: golden.rows.length, samples };
    const extractor = new FeatureExtractor(input.features, input.channels, input.window, input.medianOf);
    return { manifest, input, decoder, extractor, window: window as unknown as SampleFrame };
  };

  it('has a score below the threshold, both as it is computed and as the package says', async () => {
    const { manifest, decoder, window } = await opened();
    const [score] = await scoresOf(manifest, arithmetic as unknown as Engine, [window]);
    expect(score).toBeLessThan(decoder.threshold);
    const said = (await jsonOf(`${name}/golden/normal-output.json`)) as {
      outputs: { 0: { data: number[] } };
    };
    expect(said.outputs[0].data).toEqual([expect.closeTo(score ?? NaN, 5)]);
  });

  // One of water-pump's is: its deviation across windows stands for that within one. Its next fit makes another sample.
  it('proves each feature: none is cut to the clip, but for one of water-pump', async () => {
    const { input, extractor, window } = await opened();
    const values = [...extractor.extract(window.samples)];
    const normalised = values.map((value, i) => (value - (input.mean[i] ?? NaN)) / (input.std[i] ?? NaN));
    const cut = normalised.filter((value) => !(Math.abs(value) < (input.clip ?? NaN)));
    expect(cut).toHaveLength(name === 'water-pump' ? 1 : 0);
  });
});
