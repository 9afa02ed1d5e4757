import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/greengrass/backoff.js';

describe('a back-off', () => {
  it('doubles up to its maximum and begins anew after a success', () => {
    const backoff = new Backoff({ initialMs: 100, maxMs: 1_000 }, () => 1);
    expect(Array.from({ length: 6 }, () => backoff.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backoff.reset();
    expect(backoff.nextMs()).toBe(100);
  });

  it('is shortened at random by up to a half', () => {
    const at = (random: number) => new Backoff({ initialMs: 100, maxMs: 1_000 }, () => random).nextMs();
    expect([at(0), at(0.5), at(1)]).toEqual([50, 75, 100]);
  });

  it('stays at its maximum after days', () => {
    const backoff = new Backoff({ initialMs: 100, maxMs: 1_000 }, () => 1);
    for (let attempt = 0; attempt < 100_000; attempt += 1) backoff.nextMs();
    expect(backoff.nextMs()).toBe(1_000);
  });
});
