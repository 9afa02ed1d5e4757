import { describe, expect, it } from 'vitest';
import { createDecoder, type Decoder, type FrameContext } from '../../src/decode/index.js';
import type { Tensor } from '../../src/types.js';

const spec = { type: 'anomaly', threshold: 4, clearThreshold: 2, raiseAfter: 2, clearAfter: 3 } as const;
const decoder = () => createDecoder(spec, { model: 'pump', labels: [], input: { width: 0, height: 0 } });
/** Windows of samples have no places. */
const frame = {} as FrameContext;
const scores = (...values: number[]): Tensor[] => [
  { dtype: 'float32', shape: [1, values.length], data: Float32Array.from(values) },
];
const states = (decoder: Decoder, values: readonly number[]) =>
  values.map((value) => decoder.decode(scores(value), frame)[0]?.label);
const code = (code: string) => expect.objectContaining({ code }) as unknown;

describe('the anomaly decoder', () => {
  it('raises after so many scores in a row at or above the threshold, and not before', () => {
    expect(states(decoder(), [5, 1, 4, 4])).toEqual(['normal', 'normal', 'normal', 'anomaly']);
  });

  it('ends an anomaly only after so many scores in a row below the clear threshold', () => {
    expect(states(decoder(), [5, 5, 3, 1, 1, 2, 1, 1, 1])).toEqual([
      'normal',
      ...Array<string>(7).fill('anomaly'),
      'normal',
    ]);
  });

  it('says the score and a confidence of at least 0.5 in the state, which grows with the distance from the threshold', () => {
    const one = decoder();
    const [normal, other] = one.decode(scores(1), frame);
    expect(normal).toEqual({ label: 'normal', confidence: 0.8, score: 1 });
    expect(other?.label).toBe('anomaly');
    expect(other?.confidence).toBeCloseTo(0.2);
    one.decode(scores(8), frame);
    expect(one.decode(scores(8), frame)[0]).toEqual({ label: 'anomaly', confidence: 0.8, score: 8 });
    expect(one.decode(scores(1), frame)[0]).toMatchObject({ label: 'anomaly', confidence: 0.5 });
  });

  it.each([NaN, Infinity, -1, 0])('takes no decision on a score of %s', (score) => {
    const one = decoder();
    one.decode(scores(5), frame);
    expect(() => one.decode(scores(score), frame)).toThrow(code('OUTPUT_INVALID'));
    expect(states(one, [5])).toEqual(['anomaly']);
  });

  it('refuses a model with more than one output value, or with other than two labels', () => {
    expect(() => decoder().decode(scores(1, 2), frame)).toThrow(code('MODEL_OUTPUT_MISMATCH'));
    const output = (shape: number[]) => [{ name: 'score', dtype: 'float32', shape } as const];
    expect(() => decoder().check(output([1, 2]))).toThrow(code('MODEL_OUTPUT_MISMATCH'));
    expect(() => decoder().check(output([-1, 1]))).not.toThrow();
    const context = { model: 'pump', labels: ['a', 'b', 'c'], input: { width: 0, height: 0 } };
    expect(() => createDecoder(spec, context).check(output([1, 1]))).toThrow(code('LABELS_MISMATCH'));
  });
});
