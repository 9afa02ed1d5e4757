import { describe, expect, it } from 'vitest';
import { sampleInputSchema, windowSchema, type FeatureSpec } from '../../src/config/sample-input.js';
import { FeatureExtractor } from '../../src/preprocess/features.js';
import { createSamplePreprocessor } from '../../src/preprocess/index.js';
import type { SampleFrame } from '../../src/types.js';

/** Two sines and a trend at 50 Hz, to six digits. */
const signal = Array.from({ length: 100 }, (_, i) => {
  const value =
    3 + Math.sin((2 * Math.PI * 7 * i) / 50) + 0.5 * Math.cos((2 * Math.PI * 19 * i) / 50) + 0.01 * i;
  return Number(value.toFixed(6));
});
/** The signal in the second of two columns. */
const samples = Float64Array.from(signal.flatMap((value) => [-1000, value]));
const window = windowSchema.parse({ samples: 100, hop: 10, rateHz: 50 });
const extract = (features: FeatureSpec[], values = samples) => [
  ...new FeatureExtractor(features, ['other', 'signal'], window).extract(values),
];
const channel = 'signal';

describe('features', () => {
  // numpy 2, scipy 1: mean, std, ptp, polyfit; stats.kurtosis(fisher=False); signal.periodogram('hann', nfft=128, 'constant').
  it.each([
    [{ type: 'mean', channel }, 3.495],
    [{ type: 'rms', channel }, 3.591253133050334],
    [{ type: 'std', channel }, 0.8258777546609669],
    [{ type: 'min', channel }, 1.750285],
    [{ type: 'max', channel }, 5.305565],
    [{ type: 'peakToPeak', channel }, 3.5552799999999998],
    [{ type: 'kurtosis', channel }, 2.249328996412212],
    [{ type: 'crestFactor', channel }, 1.477357569471458],
    [{ type: 'slope', channel }, 0.008424776477647763],
    [{ type: 'last', channel }, 2.855002],
    [{ type: 'mean', channel, lastSamples: 10 }, 3.6967044],
    [{ type: 'kurtosis', channel, lastSamples: 10 }, 2.659509655425946],
    [{ type: 'bandEnergy', channel, fromHz: 0, toHz: 5 }, 0.02003528906726284],
    [{ type: 'bandEnergy', channel, fromHz: 5, toHz: 9 }, 0.49999230916033227],
    [{ type: 'bandEnergy', channel, fromHz: 9, toHz: 25 }, 0.12500273718555155],
  ] as [FeatureSpec, number][])('%o is what numpy and scipy say', (feature, expected) => {
    expect(extract([feature])[0]).toBeCloseTo(expected, 10);
  });

  it('of a sensor that does not move are finite', () => {
    const types = ['kurtosis', 'crestFactor', 'std', 'rms', 'slope'] as const;
    const features = types.map((type) => ({ type, channel }));
    expect(extract(features, new Float64Array(200))).toEqual([3, 0, 0, 0, 0]);
    expect(extract(features, new Float64Array(200).fill(0.1)).every(Number.isFinite)).toBe(true);
  });

  it('of a window of seconds are those of the rows that it has', () => {
    const spec = windowSchema.parse({ samples: 1000, seconds: 10, hopSeconds: 5 });
    const features = (['mean', 'max', 'last', 'slope'] as const).map((type) => ({ type, channel }));
    const extractor = new FeatureExtractor(features, ['other', channel], spec);
    for (const rows of [100, 2, 37]) {
      const exact = windowSchema.parse({ samples: rows, hop: 1 });
      const part = samples.subarray(0, rows * 2);
      const expected = [...new FeatureExtractor(features, ['other', channel], exact).extract(part)];
      expect([...extractor.extract(part)]).toEqual(expected);
    }
  });

  it.each([undefined, 5] as const)('of channels in turn are those of each alone, medianOf %s', (medianOf) => {
    const features: FeatureSpec[] = ['mean', 'max', 'std'].flatMap((type) =>
      ['a', 'b'].map((channel) => ({ type, channel }) as FeatureSpec),
    );
    features.push({ type: 'bandEnergy', channel: 'a', fromHz: 1, toHz: 9 });
    const both = new FeatureExtractor(features, ['b', 'a'], window, medianOf);
    for (const sign of [1, -1]) {
      const [a, b] = [signal.map((value) => sign * value), signal.map((value, row) => value * (row % 7))];
      const alone = features.map((feature) => {
        const extractor = new FeatureExtractor([feature], [feature.channel], window, medianOf);
        return extractor.extract(Float64Array.from(feature.channel === 'a' ? a : b))[0];
      });
      const rows = Float64Array.from(a.flatMap((value, row) => [b[row] ?? NaN, value]));
      expect([...both.extract(rows)]).toEqual(alone);
    }
  });

  it('read each value of a window once, however the channels take turns', () => {
    const features = ['other', channel, 'other', channel].map((name) => ({ type: 'mean', channel: name }));
    const extractor = new FeatureExtractor(features as FeatureSpec[], ['other', channel], window);
    let reads = 0;
    const counted = new Proxy(samples, {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
        return Reflect.get(target, key) as unknown;
      },
    });
    expect([...extractor.extract(counted)]).toEqual([...extractor.extract(samples)]);
    expect(reads).toBe(samples.length);
  });

  it('take no memory from window to window', () => {
    const extractor = new FeatureExtractor(
      [{ type: 'bandEnergy', channel, fromHz: 1, toHz: 9 }],
      ['other', channel],
      window,
    );
    expect(extractor.extract(samples)).toBe(extractor.extract(samples));
  });
});

const manifest = (more: object = {}) => ({
  kind: 'samples',
  name: 'features',
  dtype: 'float32',
  channels: ['other', 'signal'],
  window: { samples: 100, hop: 10, rateHz: 50 },
  shape: [1, 2],
  features: [
    { type: 'mean', channel },
    { type: 'max', channel: 'other' },
  ],
  mean: [3, -1000],
  std: [0.5, 2],
  ...more,
});

describe('the sample preprocessor', () => {
  const time = new Date();
  const frame: SampleFrame = {
    kind: 'samples',
    id: 1,
    capturedAt: time,
    from: time,
    to: time,
    channels: ['other', 'signal'],
    count: 100,
    timesMs: new Float64Array(100),
    samples,
    filled: 0,
  };

  it('normalises features by the manifest, and gives the parameters on with them', () => {
    const weights = { dtype: 'float32', shape: [1], data: Float32Array.of(7) } as const;
    const { tensors } = createSamplePreprocessor(sampleInputSchema.parse(manifest()), { weights }).process(
      frame,
    );
    expect(tensors['features']).toMatchObject({ dtype: 'float32', shape: [1, 2] });
    expect([...(tensors['features']?.data ?? [])].map(Number)).toEqual([Math.fround(0.99), 0]);
    expect(tensors['weights']).toBe(weights);
  });

  it('gives the samples themselves where there are no features, per channel, cut to the clip', () => {
    const input = manifest({ features: undefined, shape: [1, 100, 2], clip: 3 });
    const { tensors } = createSamplePreprocessor(sampleInputSchema.parse(input), {}).process(frame);
    const data = tensors['features']?.data ?? [];
    expect(data).toHaveLength(200);
    // (-1000 - 3) / 0.5 and (3.5 + 1000) / 2 lie far beyond the clip.
    expect([Number(data[0]), Number(data[1])]).toEqual([-3, 3]);
  });

  it('refuses a manifest of windows of seconds without features, or with ones that need a number of rows', () => {
    const seconds = { samples: 100, seconds: 2, hopSeconds: 1 };
    const problems = (more: object) =>
      sampleInputSchema
        .safeParse(manifest({ window: seconds, ...more }))
        .error?.issues.map(({ path }) => path.join('.'));
    expect(problems({})).toBeUndefined();
    expect(problems({ features: undefined, shape: [1, 100, 2] })).toEqual(['features']);
    const features = [
      { type: 'mean', channel, lastSamples: 10 },
      { type: 'bandEnergy', channel, fromHz: 1, toHz: 9 },
    ];
    expect(problems({ features })).toEqual(['features.0.lastSamples', 'features.1']);
  });

  it('refuses a picture', () => {
    const picture = { kind: 'picture' } as never;
    expect(() => createSamplePreprocessor(sampleInputSchema.parse(manifest()), {}).process(picture)).toThrow(
      'The model takes samples, the source gives pictures.',
    );
  });
});

describe('the input of a model of samples', () => {
  it.each([
    ['a shape that is not what window and features make', { shape: [1, 3] }, 'shape'],
    ['means for other features', { mean: [0] }, 'mean'],
    ['a deviation of zero', { std: [1, 0] }, 'std.1'],
    [
      'a feature of no channel',
      {
        features: [
          { type: 'mean', channel: 'x' },
          { type: 'max', channel },
        ],
      },
      'features.0.channel',
    ],
    [
      'a band above half the rate',
      {
        features: [
          { type: 'mean', channel },
          { type: 'bandEnergy', channel, fromHz: 1, toHz: 26 },
        ],
      },
      'features.1.toHz',
    ],
    [
      'a band without a rate',
      {
        window: { samples: 100, hop: 1 },
        features: [
          { type: 'mean', channel },
          { type: 'bandEnergy', channel, fromHz: 1, toHz: 2 },
        ],
      },
      'features.1',
    ],
    ['a hop that leaves samples out', { window: { samples: 10, hop: 11 } }, 'window.hop'],
    [
      'a part longer than the window',
      {
        features: [
          { type: 'mean', channel, lastSamples: 101 },
          { type: 'max', channel },
        ],
      },
      'features.0.lastSamples',
    ],
    ['a channel twice', { channels: ['signal', 'signal'] }, 'channels'],
  ])('names %s', (_, more, path) => {
    const { error } = sampleInputSchema.safeParse(manifest(more));
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
