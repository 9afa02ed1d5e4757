import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { Phases } from '../src/phases.js';
import { Ticker } from '../src/pipeline/ticker.js';

describe('the phases of pipelines', () => {
  it('spread any number of them about evenly, and are used again', () => {
    const phases = new Phases();
    const taken = Array.from({ length: 16 }, () => phases.take());
    expect(taken.slice(0, 4)).toEqual([0, 0.5, 0.25, 0.75]);
    const sorted = [...taken].sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 16 }, (_, index) => index / 16));
    phases.free(0.5);
    expect(phases.take()).toBe(0.5);
  });

  it('keep tickers apart, whenever they were started', async () => {
    const never = new AbortController().signal;
    const dues: number[] = [];
    for (const phase of [0, 0.5]) {
      const ticker = new Ticker(0.4, phase);
      const started = performance.now();
      await ticker.next(never);
      // The first is at once, the second on the clock of the machine.
      expect(performance.now() - started).toBeLessThan(100);
      dues.push(ticker.dueAt ?? 0);
      await ticker.next(never);
    }
    const [first = 0, second = 0] = dues;
    const apart = ((((second - first) / 400) % 1) + 1) % 1;
    expect(apart).toBeCloseTo(0.5, 2);
  });
});
