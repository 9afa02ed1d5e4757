import { describe, expect, it } from 'vitest';
import { windowSchema } from '../../../src/config/sample-input.js';
import { createWindowing } from '../../../src/preprocess/index.js';
import { noReadings, type Reading } from '../../../src/samples.js';
import { LateReadings } from '../../../src/sources/sensor/late-readings.js';

const at = (second: number): Reading => ({ timeMs: second * 1000, values: Float64Array.of(0) });
const secondsOf = (readings: readonly Reading[]) => readings.map(({ timeMs }) => timeMs / 1000);
/** So late that no other reading waits for older ones any more. */
const end = 1e9;

/** Gives readings at these seconds, all at one moment; those that come out after each, and in the end. */
function pass(latenessSeconds: number, seconds: readonly number[]) {
  const late = new LateReadings({ latenessSeconds, windowMs: 0, clockMs: () => 0 });
  const counters = noReadings();
  const given = [...seconds, end].map((second) => secondsOf(late.add(at(second), counters)));
  return { given, counters };
}

/** Readings on their way into windows, each with the second at which it comes. */
function toWindows(
  latenessSeconds: number,
  window: object,
  readings: readonly (readonly [number, number])[],
) {
  const maker = createWindowing({ channels: ['a'], window: windowSchema.parse(window) } as never);
  let now = 0;
  const clockMs = () => now * 1000;
  const late = new LateReadings({ latenessSeconds, windowMs: maker.windowMs, clockMs });
  const counters = noReadings();
  let windows = 0;
  for (const [comesAt, second] of readings) {
    now = comesAt;
    for (const due of late.add(at(second), counters)) windows += maker.add(due, counters).length;
  }
  return { windows, counters };
}

const seconds = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe('late readings', () => {
  it('are sorted in as long as they may be late', () => {
    const { given, counters } = pass(2, [10, 12, 11, 13, 11.5, 16]);
    expect(given).toEqual([[], [10], [], [11], [], [11.5, 12, 13], [16]]);
    expect(counters.readingsLate).toBe(0);
  });

  it('come at once where none may be late', () => {
    expect(pass(0, [10, 12, 11]).given).toEqual([[10], [12], [11], [end]]);
  });

  it('that are later still are left out and counted', () => {
    const { given, counters } = pass(2, [10, 14, 11.9, 14.5]);
    expect(given).toEqual([[], [10], [], [], [14, 14.5]]);
    expect(counters).toMatchObject({ readings: 1, readingsLate: 1 });
  });

  it('of the same time stay in the order in which they came', () => {
    const late = new LateReadings({ latenessSeconds: 1, windowMs: 0 });
    const values = [1, 2, 3].map((value) => Float64Array.of(value));
    for (const one of values) late.add({ timeMs: 1000, values: one }, noReadings());
    expect(late.add(at(3), noReadings()).map((reading) => reading.values[0])).toEqual([1, 2, 3]);
  });

  it.each([20, 3600])('leave the window as it is when one comes %d s late', (behind) => {
    const readings = seconds(10_000, 30).map((second): [number, number] => [second, second]);
    readings.splice(20, 0, [10_019, 10_019 - behind]);
    const window = { samples: 10, hop: 1, rateHz: 1, maxGapSeconds: 5 };
    const { windows, counters } = toWindows(2, window, readings);
    expect(counters).toMatchObject({ gaps: 0, readingsLate: 1, readings: 29 });
    // Two readings wait for older ones, the others are rows.
    expect(windows).toBe(28 - 9);
  });

  it('cost no window as a backlog in one message', () => {
    const readings = seconds(1000, 300).map((second): [number, number] => [second, second]);
    const backlog = seconds(1200 - 70, 3).map((second): [number, number] => [1200, second]);
    readings.splice(201, 0, ...backlog);
    const { windows, counters } = toWindows(60, { samples: 20, hop: 1 }, readings);
    expect(windows).toBe(300 - 60 - 19);
    expect(counters).toMatchObject({ gaps: 0, readingsLate: 3 });
  });

  it('are none where the clock was set back: after a lateness and a window of nothing else the order begins anew', () => {
    const readings = [...seconds(1000, 30), ...seconds(100, 60)];
    const { windows, counters } = toWindows(
      4,
      { samples: 10, hop: 1, rateHz: 1, maxGapSeconds: 5 },
      readings.map((second, n) => [n, second]),
    );
    expect(counters).toMatchObject({ gaps: 1, readingsLate: 14 });
    // Of the old time all, of the new one those that neither came too soon nor wait.
    expect(windows).toBe(30 - 9 + (60 - 14 - 4 - 9));
  });

  it('need ten seconds to count as a clock that was set back, and none in time among them', () => {
    const window = { samples: 2, hop: 1 };
    const back = [0, 5, 9.9].map((now): [number, number] => [now, 10]);
    expect(toWindows(1, window, [[0, 100], ...back, [10, 11]]).counters.readingsLate).toBe(3);
    expect(toWindows(1, window, [[0, 100], ...back, [9.95, 101], [10, 11]]).counters.readingsLate).toBe(4);
  });

  it('are bounded in memory: those that come after 4096 newer ones are left out and counted', () => {
    const late = new LateReadings({ latenessSeconds: 60, windowMs: 0 });
    const counters = noReadings();
    const given: Reading[] = [];
    for (let n = 0; n < 10_000; n++) given.push(...late.add(at(n / 100), counters));
    expect(given).toHaveLength(10_000 - 4096);
    expect(late.add(at(99.99 - 41), counters)).toEqual([]);
    expect(counters.readingsLate).toBe(1);
    // There is room for this one: the oldest makes it.
    expect(secondsOf(late.add(at(99.99 - 40), counters))).toEqual([59.04]);
    expect(counters.readingsLate).toBe(1);
  });
});
