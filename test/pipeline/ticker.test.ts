import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ticker } from '../../src/pipeline/ticker.js';

afterEach(() => void vi.restoreAllMocks());
const never = new AbortController().signal;

describe('the ticker', () => {
  it('ticks at once, then at whole intervals from the first tick: lateness does not add up', async () => {
    const ticker = new Ticker(0.05);
    const times: number[] = [];
    for (let tick = 0; tick < 8; tick++) {
      await ticker.next(never);
      times.push(performance.now());
      await sleep(5);
    }
    const [first = 0] = times;
    for (const [tick, time] of times.entries()) {
      // Never early; how late depends on the machine, but not on the number of the tick.
      expect(time - first).toBeGreaterThanOrEqual(tick * 50 - 0.5);
    }
    const phase = ((times.at(-1) ?? 0) - first) / 50;
    expect(phase + 1e-3).toBeGreaterThanOrEqual(7);
    expect(Math.floor(phase + 0.01) - 7).toBe(ticker.missed);
  });

  it('skips and counts the ticks that pass while the pipeline is busy', async () => {
    const ticker = new Ticker(0.02);
    await ticker.next(never);
    await sleep(110);
    await ticker.next(never);
    expect(ticker.missed).toBeGreaterThanOrEqual(5);
  });

  it('does not care for the wall clock', async () => {
    const ticker = new Ticker(0.03);
    await ticker.next(never);
    const day = 86_400_000;
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + day);
    const started = performance.now();
    await ticker.next(never);
    vi.spyOn(Date, 'now').mockReturnValue(now - day);
    await ticker.next(never);
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('ends at the signal, also while it waits', async () => {
    const stop = new AbortController();
    const ticker = new Ticker(60);
    expect(await ticker.next(stop.signal)).toBe(true);
    const waiting = ticker.next(stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await ticker.next(stop.signal)).toBe(false);
  });

  it('has no pause between ticks at interval 0', async () => {
    const ticker = new Ticker(0);
    expect(await ticker.next(never)).toBe(true);
    expect(await ticker.next(never)).toBe(true);
  });
});
