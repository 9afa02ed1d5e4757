import { describe, expect, it } from 'vitest';
import { LateReadings } from '../../../src/sources/sensor/late-readings.js';

const none = Float64Array.of(0);

/** Gives readings at these seconds; those that come out after each. */
function pass(latenessSeconds: number, seconds: readonly number[]): number[][] {
  const late = new LateReadings(latenessSeconds);
  const given = seconds.map((second) =>
    late.add({ timeMs: second * 1000, values: none }).map(({ timeMs }) => timeMs / 1000),
  );
  return [...given, late.flush().map(({ timeMs }) => timeMs / 1000)];
}

describe('late readings', () => {
  it('are sorted in as long as they may be late', () => {
    expect(pass(2, [10, 12, 11, 13, 11.5, 16])).toEqual([[], [10], [], [11], [], [11.5, 12, 13], [16]]);
  });

  it('come at once where none may be late', () => {
    expect(pass(0, [10, 12, 11])).toEqual([[10], [12], [11], []]);
  });

  it('that are later still are given on at once, for those who count', () => {
    expect(pass(2, [10, 14, 11.9, 14.5])).toEqual([[], [10], [11.9], [], [14, 14.5]]);
  });

  it('of the same time stay in the order in which they came', () => {
    const late = new LateReadings(1);
    const values = [1, 2, 3].map((value) => Float64Array.of(value));
    for (const one of values) late.add({ timeMs: 1000, values: one });
    expect(late.flush().map((reading) => reading.values[0])).toEqual([1, 2, 3]);
  });

  it('are none where the clock was set back: after a few the order begins anew', () => {
    const given = pass(2, [100, 101, 10, 11, 12, 13, 14]);
    expect(given.slice(0, 4)).toEqual([[], [], [10], [11]]);
    expect(given.slice(4)).toEqual([[100, 101, 12], [], [], [13, 14]]);
  });

  it('are bounded in memory, whatever their times say', () => {
    const late = new LateReadings(3600);
    let given = 0;
    for (let n = 0; n < 10_000; n++) given += late.add({ timeMs: n, values: none }).length;
    expect(given).toBe(10_000 - 4096);
    expect(late.flush()).toHaveLength(4096);
  });
});
