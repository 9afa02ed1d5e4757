import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../src/decode/index.js';
import type { Tensor } from '../../src/types.js';

const input = { width: 224, height: 224 };
const labels = ['glass', 'paper', 'metal'];
const tensor = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [1, values.length],
  data: Float32Array.from(values),
});
const decoder = (activation: 'softmax' | 'sigmoid' | 'none') =>
  createDecoder({ type: 'classification', activation }, { model: 'm', labels, input });
const frame = { toFrame: () => [0, 0, 1, 1] as const };

describe('the classification decoder', () => {
  it('turns logits into probabilities by softmax, best first', () => {
    const predictions = decoder('softmax').decode([tensor(1, 3, 2)], frame);
    expect(predictions.map(({ label }) => label)).toEqual(['paper', 'metal', 'glass']);
    // exp(0) / (exp(0) + exp(-1) + exp(-2))
    expect(predictions[0]?.confidence).toBeCloseTo(0.66524, 5);
    expect(predictions.reduce((sum, { confidence }) => sum + confidence, 0)).toBeCloseTo(1, 12);
  });

  it('does not overflow on large logits', () => {
    expect(decoder('softmax').decode([tensor(1000, 999, -1000)], frame)[0]?.confidence).toBeCloseTo(
      0.73106,
      5,
    );
  });

  it('takes each output by itself with sigmoid, and as it is with none', () => {
    expect(
      decoder('sigmoid')
        .decode([tensor(0, 2, -2)], frame)
        .map(({ confidence }) => confidence),
    ).toEqual([expect.closeTo(0.8808, 4), expect.closeTo(0.5, 4), expect.closeTo(0.1192, 4)]);
    expect(decoder('none').decode([tensor(0.5, 0.2, 0.3)], frame)[0]).toEqual({
      label: 'glass',
      confidence: 0.5,
    });
  });

  it('reads integer outputs, 64-bit ones too', () => {
    const output: Tensor = { dtype: 'int64', shape: [3], data: BigInt64Array.from([1n, 5n, 2n]) };
    expect(decoder('softmax').decode([output], frame)[0]?.label).toBe('paper');
  });

  it.each([
    ['NaN', [1, NaN, 2]],
    ['infinite', [1, Infinity, 2]],
    ['all zero', [0, 0, 0]],
  ])('takes no decision on outputs that are %s', (_title, values) => {
    expect(() => decoder('softmax').decode([tensor(...values)], frame)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_INVALID' }),
    );
  });

  it('says how many labels and outputs there are where they differ', () => {
    expect(() => decoder('softmax').decode([tensor(1, 2)], frame)).toThrow(
      'The model m has 2 outputs and 3 labels.',
    );
  });
});
