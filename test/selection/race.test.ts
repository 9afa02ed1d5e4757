import { describe, expect, it } from 'vitest';
import { quantile, race } from '../../src/selection/race.js';

const limits = { warmUp: 3, rounds: 4, runsARound: 2, budgetMs: 60_000 };

describe('a race', () => {
  it('lets them run by turns, and does not count the warm-up', async () => {
    const turns: string[] = [];
    const runner = (name: string, ms: number) => ({
      run: async (count: number) => {
        turns.push(`${name}${count}`);
        return Array<number>(count).fill(ms);
      },
    });
    const results = await race([runner('a', 1), runner('b', 2)], limits);
    expect(turns).toEqual(['a3', 'b3', ...['a2', 'b2', 'a2', 'b2', 'a2', 'b2', 'a2', 'b2']]);
    expect(results).toEqual([Array(8).fill(1), Array(8).fill(2)]);
  });

  it('goes on without one that fails, and keeps its reason', async () => {
    const failing = { run: () => Promise.reject(new Error('it hung')) };
    const [a, b] = await race([failing, { run: async (count) => Array<number>(count).fill(5) }], limits);
    expect(a).toEqual(new Error('it hung'));
    expect(b).toHaveLength(8);
  });

  it('has one round even where the time is over', async () => {
    const runner = { run: async (count: number) => Array<number>(count).fill(5) };
    expect(await race([runner], { ...limits, budgetMs: 0 })).toEqual([[5, 5]]);
  });
});

it('a quantile is one of the values, by the nearest rank', () => {
  expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(quantile([5, 1, 4, 2, 3], 0.95)).toBe(5);
  expect(quantile([7], 0.5)).toBe(7);
});
