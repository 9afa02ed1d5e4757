import { describe, expect, it } from 'vitest';
import { windowSchema } from '../../src/config/sample-input.js';
import { createWindowing } from '../../src/preprocess/index.js';
import { noReadings, type SampleWindow } from '../../src/samples.js';

type Row = readonly [seconds: number, ...values: number[]];

function play(window: object, rows: readonly Row[], channels: string[] = ['a']) {
  const counters = noReadings();
  const maker = createWindowing({ channels, window: windowSchema.parse(window) } as never);
  const windows: SampleWindow[] = [];
  for (const [seconds, ...values] of rows)
    windows.push(...maker.add({ timeMs: seconds * 1000, values: Float64Array.from(values) }, counters));
  return { windows: windows.map(({ samples }) => [...samples]), counters, raw: windows };
}

describe('windows of readings as they come', () => {
  it('overlap by the hop, the oldest reading first', () => {
    const { windows, raw } = play(
      { samples: 4, hop: 2 },
      [0, 1, 2, 3, 4, 5, 6, 7].map((n): Row => [n, n]),
    );
    expect(windows).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [4, 5, 6, 7],
    ]);
    expect(raw[1]).toMatchObject({ fromMs: 2000, toMs: 5000, count: 4, filled: 0 });
  });

  it('keep the columns of several channels together', () => {
    expect(
      play(
        { samples: 2, hop: 1 },
        [
          [0, 1, 10],
          [1, 2, 20],
          [2, 3, 30],
        ],
        ['a', 'b'],
      ).windows,
    ).toEqual([
      [1, 10, 2, 20],
      [2, 20, 3, 30],
    ]);
  });

  it('hold a value that is missing, and count it', () => {
    const { windows, counters } = play({ samples: 4, hop: 4 }, [
      [0, 1],
      [1, NaN],
      [2, NaN],
      [3, 7],
    ]);
    expect(windows).toEqual([[1, 1, 1, 7]]);
    expect(counters.valuesFilled).toBe(2);
  });

  it('draw the line between the neighbours of missing values', () => {
    const rows: Row[] = [
      [0, 1],
      [1, NaN],
      [2, NaN],
      [3, 7],
    ];
    expect(play({ samples: 4, hop: 4, missing: 'interpolate' }, rows).windows).toEqual([[1, 3, 5, 7]]);
  });

  it('are dropped and counted while they hold a missing value, where the manifest says so', () => {
    const { windows, counters } = play({ samples: 2, hop: 1, missing: 'drop' }, [
      [0, 1],
      [1, NaN],
      [2, 3],
      [3, 4],
    ]);
    expect(windows).toEqual([[3, 4]]);
    expect(counters.windowsDropped).toBe(2);
  });

  it('begin anew after a gap that is too long to fill', () => {
    const { windows, counters } = play({ samples: 2, hop: 1, maxGapSeconds: 5 }, [
      [0, 1],
      [1, 2],
      [20, 3],
      [21, 4],
    ]);
    expect(windows).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(counters.gaps).toBe(1);
  });

  it('leave a late reading out and count it, and follow a clock that was set back by a day', () => {
    const day = 86_400;
    const { windows, counters } = play({ samples: 2, hop: 1 }, [
      [day + 1, 1],
      [day, 99],
      [day + 2, 2],
      [0, 3],
      [1, 4],
    ]);
    expect(windows).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(counters).toMatchObject({ readingsLate: 1, gaps: 1, readings: 5 });
  });
});

describe('windows at a fixed rate', () => {
  const jittered: Row[] = [
    [0, 0],
    [0.9, 9],
    [2.1, 21],
    [3, 30],
    [4.05, 40.5],
  ];

  it('interpolate readings that come unevenly onto the grid', () => {
    const { windows } = play({ samples: 4, hop: 4, rateHz: 1, missing: 'interpolate' }, jittered);
    expect(windows[0]?.map((value) => Number(value.toFixed(6)))).toEqual([0, 10, 20, 30]);
  });

  it('hold the reading before', () => {
    expect(play({ samples: 4, hop: 4, rateHz: 1 }, jittered).windows).toEqual([[0, 9, 9, 30]]);
  });

  it('fill a short gap and say how many values that made', () => {
    const { windows, counters } = play({ samples: 5, hop: 5, rateHz: 1, missing: 'interpolate' }, [
      [0, 0],
      [1, 1],
      [4, 4],
    ]);
    expect(windows).toEqual([[0, 1, 2, 3, 4]]);
    expect(counters.valuesFilled).toBe(1);
  });

  it('join channels that come in readings of their own', () => {
    const rows: Row[] = [
      [0, 1, NaN],
      [0, NaN, 10],
      [1, 2, NaN],
      [1, NaN, 20],
      [2, 3, NaN],
      [2, NaN, 30],
    ];
    expect(play({ samples: 2, hop: 1, rateHz: 1 }, rows, ['a', 'b']).windows.at(-1)?.[0]).toBe(2);
  });

  it('cost no rows for a clock that jumps ahead by a day', () => {
    const { windows, counters } = play({ samples: 2, hop: 1, rateHz: 100 }, [
      [0, 1],
      [0.01, 2],
      [86_400, 3],
      [86_400.01, 4],
    ]);
    expect(windows).toHaveLength(2);
    expect(counters.gaps).toBe(1);
  });
});

describe('windows of seconds', () => {
  const window = { samples: 100, seconds: 2, hopSeconds: 1 };

  it('hold the readings of their time, however many, and overlap', () => {
    const rows = [0, 0.1, 0.5, 1.2, 1.9, 2, 2.5, 3.9, 4.05, 5].map((n): Row => [n, n]);
    const { windows, raw, counters } = play(window, rows);
    expect(windows).toEqual([
      [0, 0.1, 0.5, 1.2, 1.9],
      [1.2, 1.9, 2, 2.5],
      [2, 2.5, 3.9],
      [3.9, 4.05],
    ]);
    expect(raw[2]).toMatchObject({ fromMs: 2000, toMs: 3900, count: 3 });
    expect([...(raw[2]?.timesMs ?? [])]).toEqual([2000, 2500, 3900]);
    expect(counters).toMatchObject({ windowsDropped: 0, readingsCut: 0 });
  });

  it('are dropped and counted with fewer than two readings, be there ever so many in a gap', () => {
    const { windows, counters } = play({ ...window, hopSeconds: 0.000_01, maxGapSeconds: 10_000 }, [
      [0, 1],
      [1, 2],
      [5000, 3],
    ]);
    // Those that end between the second and the third reading hold one or none from a moment on.
    expect(windows.length).toBeGreaterThan(0);
    expect(windows.every((values) => values.length === 2)).toBe(true);
    expect(windows.length + counters.windowsDropped).toBeCloseTo(4998 / 0.000_01, -2);
  });

  it('hold the newest readings, and count the others, where there are more than they may have', () => {
    const rows = Array.from({ length: 41 }, (_, n): Row => [n / 10, n]);
    const { windows, counters } = play({ ...window, samples: 15, hopSeconds: 2 }, rows);
    expect(windows).toEqual([
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
      [25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39],
    ]);
    expect(counters.readingsCut).toBe(10);
  });

  it('begin anew after a gap, and follow a clock that was set back', () => {
    const { windows, counters } = play(window, [
      [100, 1],
      [101, 2],
      [200, 3],
      [201, 4],
      [202, 5],
      [10, 6],
      [11, 7],
      [12, 8],
    ]);
    expect(windows).toEqual([
      [3, 4],
      [6, 7],
    ]);
    expect(counters.gaps).toBe(2);
  });

  it('hold a missing value or are dropped with it, as the manifest says', () => {
    const rows: Row[] = [
      [0, 1],
      [1, NaN],
      [2, 3],
      [3, 4],
      [4, 5],
    ];
    expect(play(window, rows).windows).toEqual([
      [1, 1],
      [1, 3],
      [3, 4],
    ]);
    const { windows, counters } = play({ ...window, missing: 'drop' }, rows);
    expect(windows).toEqual([[3, 4]]);
    expect(counters.windowsDropped).toBe(2);
  });

  it.each([
    [{ samples: 10 }, 'hop'],
    [{ samples: 10, hop: 1, seconds: 1, hopSeconds: 1 }, 'hop'],
    [{ samples: 10, seconds: 1 }, 'hopSeconds'],
    [{ samples: 10, seconds: 1, hopSeconds: 2 }, 'hopSeconds'],
    [{ samples: 10, seconds: 1, hopSeconds: 1, rateHz: 10 }, 'seconds'],
    [{ samples: 10, seconds: 1, hopSeconds: 1, missing: 'interpolate' }, 'missing'],
    [{ samples: 10, hop: 1, downsample: 'mean' }, 'downsample'],
  ])('are refused where the manifest contradicts itself: %j', (spec, key) => {
    const { error } = windowSchema.safeParse(spec);
    expect(error?.issues.map(({ path }) => path[0])).toEqual([key]);
  });
});

describe('readings that come faster than the rate', () => {
  /** 1 Hz out of 20 Hz: a slow ramp, and a vibration of 19 Hz, which every 20th reading shows as one of 1 Hz. */
  const rows = (frequencyHz: number) =>
    Array.from({ length: 20 * 40 }, (_, n): Row => [
      n / 20,
      Math.sin((2 * Math.PI * frequencyHz * n) / 20 + 1),
    ]);
  const greatest = (downsample: string, frequencyHz: number) => {
    const { windows } = play({ samples: 30, hop: 30, rateHz: 1, downsample }, rows(frequencyHz));
    return Math.max(...(windows[0] ?? [NaN]).slice(1).map(Math.abs));
  };

  it('pass for something slow where the last one is taken, and cancel out in the mean', () => {
    for (const frequencyHz of [1, 3, 8, 9]) {
      expect(greatest('last', frequencyHz)).toBeGreaterThan(0.8);
      expect(greatest('mean', frequencyHz)).toBeLessThan(0.01);
    }
    // As the documentation says: 3.9 dB less at half the rate, next to nothing less far below it.
    expect(greatest('mean', 0.5)).toBeLessThan(0.7);
    expect(greatest('mean', 0.05)).toBeGreaterThan(0.95);
  });

  it('are averaged by channel, and a row without any is filled as before', () => {
    const { windows, counters } = play({ samples: 3, hop: 3, rateHz: 1, downsample: 'mean' }, [
      [0, 10],
      [0.5, 1],
      [0.75, 2],
      [1, 3],
      [2.5, 7],
    ]);
    expect(windows).toEqual([[10, 2, 3]]);
    expect(counters.valuesFilled).toBe(0);
  });
});
