import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineInput } from '../../src/engines/index.js';
import { loadBinding, type NativeModel } from '../../src/engines/native/binding.js';
import { fuzzRounds, nativeMegabytes, random } from '../fuzz.js';
import { fixtureCases, loadOptions, obstacle, titleOf, type FixtureName } from './fixtures.js';

const rounds = fuzzRounds(1500);
const names = ['two_inputs', 'uint8_picture', 'trees'] as const satisfies readonly FixtureName[];

const arrays = [
  Float32Array,
  Float64Array,
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int32Array,
  BigInt64Array,
] as const;
const dtypes = [
  'float32',
  'float64',
  'uint8',
  'int8',
  'float16',
  'int32',
  'int64',
  'bool',
  'text',
  undefined,
];
const oddities: unknown[] = [undefined, null, NaN, -1, 1e300, '', {}, [], () => 1, 2n];

/** What a caller could hand over by mistake: mostly near to what the model wants. */
function strange(next: () => number, good: Readonly<Record<string, unknown>>): unknown {
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T;
  const rarely = (value: unknown): unknown => (next() < 0.06 ? one(oddities) : value);
  const size = () => (next() < 0.8 ? Math.floor(next() * 40) : Math.floor(next() * 2 ** 33) - 2 ** 32);
  const data = () => {
    const buffer = new ArrayBuffer(8 * Math.floor(next() * 64));
    const [offset, length] = [8 * Math.floor((next() * buffer.byteLength) / 8), undefined];
    return new (one(arrays))(buffer, next() < 0.5 ? 0 : offset, length);
  };
  const shape = () => Array.from({ length: Math.floor(next() * 5) }, () => rarely(size()));
  const tensor = () => rarely({ dtype: one(dtypes), shape: rarely(shape()), data: rarely(data()) });
  const numbers = () => rarely(Array.from({ length: Math.floor(next() * 5) }, () => rarely(next() * 9 - 1)));
  if (next() < 0.5) {
    const tensors = Object.entries(good).map(([name, value]): [string, unknown] => {
      const more = {
        ...(value as object),
        [one(['dtype', 'shape', 'data'])]: next() < 0.5 ? data() : shape(),
      };
      return [next() < 0.9 ? name : `${name}?`, next() < 0.4 ? value : next() < 0.5 ? more : tensor()];
    });
    return { tensors: rarely(Object.fromEntries(tensors)) };
  }
  return {
    picture: rarely({
      data: rarely(next() < 0.7 ? new Uint8Array(Math.floor(next() * 4000)) : data()),
      width: rarely(size()),
      height: rarely(size()),
      channels: rarely(one([1, 3, 2, 4])),
    }),
    normalization: rarely({
      mean: numbers(),
      std: numbers(),
      colorOrder: rarely(one(['RGB', 'BGR', 'GRAY'])),
      layout: rarely(one(['NCHW', 'NHWC'])),
    }),
    ...(next() < 0.2 && { tensors: rarely({ image: tensor() }) }),
  };
}

describe.skipIf(obstacle())(titleOf('inputs that make no sense', undefined), () => {
  const models = new Map<FixtureName, NativeModel>();
  beforeAll(async () => {
    const { Model } = loadBinding();
    for (const name of names) models.set(name, await Model.load(loadOptions(name)));
  });
  afterAll(() => Promise.all([...models.values()].map((model) => model.dispose())));

  it.each(names)(
    'are refused by %s or computed, with no crash and no growth, and it works on',
    { timeout: 120_000 },
    async (name) => {
      const model = models.get(name);
      const [example] = fixtureCases(name);
      if (!model || !example) throw new Error(`there is no ${name}`);
      const attempt = async (seed: number): Promise<string> => {
        const input = strange(random(seed), example.inputs) as EngineInput;
        try {
          await model.run(input);
          return 'computed';
        } catch (error) {
          return (error as { code?: string }).code ?? String(error);
        }
      };
      for (let seed = 0; seed < 100; seed++) await attempt(seed);
      const before = nativeMegabytes();
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < rounds; seed++) {
        const outcome = await attempt(seed);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      expect([...outcomes.keys()].filter((key) => key !== 'computed' && key !== 'INPUT_INVALID')).toEqual([]);
      expect(outcomes.get('INPUT_INVALID')).toBeGreaterThan(rounds / 3);
      expect(nativeMegabytes() - before).toBeLessThan(60);
      expect(model.getState()).toBe('idle');
      const outputs = await model.run({ tensors: example.inputs });
      expect(outputs.map(({ shape }) => shape)).toEqual(example.outputs.map(({ shape }) => shape));
    },
  );
});
