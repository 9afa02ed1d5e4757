import { describe, expect, it } from 'vitest';
import { sampleInputSchema } from '../../src/config/sample-input.js';
import { FeatureExtractor } from '../../src/preprocess/features.js';
import { RunningMedian } from '../../src/preprocess/running-median.js';

const filter = (length: 3 | 5, ...values: number[]) => [
  ...new RunningMedian(20, length).filter(Float64Array.from(values)),
];

describe('the running median', () => {
  it('leaves no trace of one wrong value, wherever it is, and none of two in a row of five', () => {
    const steady = Array<number>(8).fill(20);
    for (const place of steady.keys()) expect(filter(3, ...steady.with(place, 90))).toEqual(steady);
    expect(filter(5, ...steady.with(3, 90).with(4, -90))).toEqual(steady);
    expect(filter(3, ...steady.with(3, 90).with(4, 90))).toEqual(steady.with(3, 90).with(4, 90));
  });

  it('keeps what rises, and a step where it is', () => {
    expect(filter(5, -3, 1, 2, 4, 8, 16)).toEqual([2, 2, 2, 4, 4, 4]);
    expect(filter(3, 1, 2, 4, 8, 16)).toEqual([2, 2, 4, 8, 8]);
    expect(filter(3, 1, 1, 1, 5, 5, 5)).toEqual([1, 1, 1, 5, 5, 5]);
  });

  it('gives a series that is shorter than it back', () => {
    expect(filter(5, 3, 1, 2)).toEqual([3, 1, 2]);
  });

  it.each([
    ['of an even number of rows', { medianOf: 4, features: [{ type: 'last', channel: 'a' }] }, 'medianOf'],
    ['of a model that takes the rows themselves', { medianOf: 3, shape: [1, 6, 1] }, 'is for features'],
    [
      'of more rows than the window has',
      { medianOf: 5, window: { samples: 4, hop: 1 }, features: [{ type: 'last', channel: 'a' }] },
      'is 5, above the 4 samples of the window',
    ],
  ])('%s is refused by the manifest', (_title, change, reason) => {
    const window = { samples: 6, hop: 1 };
    const input = { kind: 'samples', name: 'x', shape: [1, 1], dtype: 'float32', channels: ['a'], window };
    const parsed = sampleInputSchema.safeParse({ ...input, mean: [0], std: [1], ...change });
    expect(parsed.error?.issues).toHaveLength(1);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });

  it('stands before the features of each channel', () => {
    const window = { samples: 6, hop: 1, downsample: 'last', missing: 'hold', maxGapSeconds: 10 } as const;
    const features = ['a', 'b'].map((channel) => ({ type: 'peakToPeak' as const, channel }));
    const samples = Float64Array.from([1, 2, 1, 2, 9, 2, 1, 2, 1, 7, 1, 7]);
    const extract = (medianOf?: 3) => [
      ...new FeatureExtractor(features, ['a', 'b'], window, medianOf).extract(samples),
    ];
    expect(extract()).toEqual([8, 5]);
    expect(extract(3)).toEqual([0, 5]);
  });
});
