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
