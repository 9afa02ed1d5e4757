import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/index.js';
import { fitModel, scoresOf } from '../../src/fit/fit.js';
import { parseManifest, type Manifest } from '../../src/models/manifest.js';
import type { SampleFrame } from '../../src/types.js';
import { arithmetic } from '../../training/anomaly/arithmetic.mjs';

const file = new URL('../../models/office-temperature/model.json', import.meta.url);
const engine = arithmetic as unknown as Engine;
const windows = Array.from({ length: 120 }, (_, hop) => {
  const samples = Float64Array.from({ length: 168 }, (_, row) => 20 + 2 * Math.sin((hop + row) ** 2));
  return { kind: 'samples', channels: ['value'], count: 168, samples } as unknown as SampleFrame;
});
let bytes: Buffer;
beforeAll(async () => (bytes = await readFile(file)));
const manifestWith = (fit?: unknown): Manifest =>
  parseManifest(Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), fit })), file.pathname);
const thresholds = async (fit?: unknown) =>
  (await fitModel(manifestWith(fit), engine, windows)).manifest.decoder;

it('the network as arithmetic gives what the compiled one gave for the golden sample', async () => {
  const golden = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(new URL(`golden/${name}.json`, file), 'utf8'));
  const { rows } = (await golden('normal')) as { rows: number[][] };
  const { outputs } = (await golden('normal-output')) as { outputs: { 0: { data: number[] } } };
  const window = { ...windows[0], samples: Float64Array.from(rows.flat()) } as SampleFrame;
  const manifest = parseManifest(bytes, file.pathname);
  const [score] = await scoresOf(manifest, engine, [window]);
  expect(score).toBeCloseTo(outputs[0].data[0] ?? NaN, 5);
});

describe('the thresholds of a fit', () => {
  it('are 1.5 times the scores of normal data and 0.9 of that, unless the manifest says otherwise', async () => {
    const { threshold } = (await thresholds({ margin: 1 })) as { threshold: number };
    const decoder = (fit?: unknown) => expect(thresholds(fit)).resolves;
    await decoder().toMatchObject({ threshold: threshold * 1.5, clearThreshold: threshold * 1.5 * 0.9 });
    await decoder({ margin: 4, clearRatio: 0.5 }).toMatchObject({
      threshold: threshold * 4,
      clearThreshold: threshold * 2,
    });
  });

  it('cannot lie below the scores of normal data, nor the clear one above the other', () => {
    const fit = { margin: 0.9, clearRatio: 1.1, quantile: 1 };
    expect(() => manifestWith(fit)).toThrow(
      /fit\.margin: .*1[^]*fit\.clearRatio: .*1[^]*fit: Unrecognized key: "quantile"/,
    );
  });
});
