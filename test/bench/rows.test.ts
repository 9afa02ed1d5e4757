import { describe, expect, it } from 'vitest';
import { rowOf } from '../../bench/row.mjs';
import { percentile } from '../../bench/statistics.mjs';
import { tableOf } from '../../bench/table.mjs';

const names = { case: 'pipeline', subject: 'infer', unit: 'ms' };

describe('a percentile', () => {
  it('interpolates between the nearest samples, in whatever order they come', () => {
    // numpy.percentile([4, 1, 3, 2], [50, 95]) gives 2.5 and 3.85.
    expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
    expect(percentile([4, 1, 3, 2], 95)).toBeCloseTo(3.85, 10);
    expect(percentile([10, 9], 50)).toBe(9.5);
    expect(percentile([7], 95)).toBe(7);
  });

  it('of nothing is an error', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});

describe('a row', () => {
  it('sets the median against that of its peer', () => {
    expect(rowOf({ ...names, peer: 'C' }, [3, 1, 2], [4, 4, 4])).toEqual({
      ...names,
      peer: 'C',
      median: 2,
      p95: 2.9,
      peerMedian: 4,
      ratio: 0.5,
    });
  });

  it('has neither peer nor ratio where there is nothing to compare with', () => {
    expect(rowOf(names, [5])).toEqual({
      ...names,
      peer: null,
      median: 5,
      p95: 5,
      peerMedian: null,
      ratio: null,
    });
  });

  it('refuses a peer without samples and samples without a peer', () => {
    expect(() => rowOf({ ...names, peer: 'C' }, [1])).toThrow(TypeError);
    expect(() => rowOf(names, [1], [1])).toThrow(TypeError);
  });
});

describe('the table', () => {
  it('lines the columns up, numbers to the right, and shows what is missing as a dash', () => {
    const rows = [
      rowOf(names, [1.23456]),
      rowOf({ ...names, subject: 'whole frame', peer: 'Python' }, [123.456], [246.912]),
    ];
    expect(tableOf(rows).split('\n')).toEqual([
      '  subject      peer    unit  median    p95  peer median  ratio',
      '  infer        -       ms     1.235  1.235            -      -',
      '  whole frame  Python  ms     123.5  123.5        246.9  0.500',
    ]);
  });
});
