import { expect, it } from 'vitest';
import { Backoff } from '../src/backoff.js';

it('the back-off doubles up to its maximum, spreads the waits, and begins anew after a reset', () => {
  const longest = new Backoff({ initialMs: 1000, maxMs: 8000 }, () => 1);
  expect(Array.from({ length: 6 }, () => longest.nextMs())).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  longest.reset();
  expect(longest.nextMs()).toBe(1000);
  const shortest = new Backoff({ initialMs: 1000, maxMs: 8000 }, () => 0);
  expect(Array.from({ length: 3 }, () => shortest.nextMs())).toEqual([500, 1000, 2000]);
});

it('the first wait can be short: one try at once', () => {
  const backoff = new Backoff({ firstMs: 100, initialMs: 1000, maxMs: 8000 }, () => 1);
  expect(Array.from({ length: 4 }, () => backoff.nextMs())).toEqual([100, 1000, 2000, 4000]);
});
