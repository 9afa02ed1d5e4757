import { expect, it } from 'vitest';
import { Backoff } from '../../src/pipeline/backoff.js';

it('the back-off restarts at once, then waits twice as long each time up to the limit, and begins anew after a reset', () => {
  const longest = new Backoff(8000, () => 1);
  expect(Array.from({ length: 7 }, () => longest.next())).toEqual([100, 1000, 2000, 4000, 8000, 8000, 8000]);
  longest.reset();
  expect(longest.next()).toBe(100);
  const shortest = new Backoff(8000, () => 0);
  expect(Array.from({ length: 3 }, () => shortest.next())).toEqual([100, 500, 1000]);
});
