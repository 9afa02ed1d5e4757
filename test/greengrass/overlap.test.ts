import { describe, expect, it } from 'vitest';
import { Overlap } from '../../src/greengrass/overlap.js';

describe('the overlap of a renewal', () => {
  it('lets through once what comes by both ways, in either order', () => {
    const overlap = new Overlap();
    expect(overlap.admit('older', { message: 'a' })).toBe(true);
    expect(overlap.admit('newer', { message: 'a' })).toBe(false);
    expect(overlap.admit('newer', { message: 'b' })).toBe(true);
    expect(overlap.admit('older', { message: 'b' })).toBe(false);
  });

  it('lets equal messages through as often as they were sent', () => {
    const overlap = new Overlap();
    const ways = ['older', 'older', 'newer', 'older', 'newer', 'newer'] as const;
    expect(ways.map((way) => overlap.admit(way, 'same'))).toEqual([true, true, false, true, false, false]);
  });

  it('lets through what comes by one way only', () => {
    const overlap = new Overlap();
    expect(overlap.admit('older', 1)).toBe(true);
    expect(overlap.admit('newer', 2)).toBe(true);
  });
});
