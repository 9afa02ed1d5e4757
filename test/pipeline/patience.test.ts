import { expect, it } from 'vitest';
import { Patience } from '../../src/pipeline/patience.js';

it('the limit scales with the interval', () => {
  expect(new Patience(0).seconds).toBe(10);
  expect(new Patience(1).seconds).toBe(10);
  expect(new Patience(30).seconds).toBe(300);
});

it('a camera that is slower than the limit is waited for longer each time, and then known', () => {
  const patience = new Patience(1);
  patience.lost();
  expect(patience.seconds).toBe(20);
  // It gives a frame every 15 s: two more can be missed.
  patience.heard(15);
  expect(patience.seconds).toBe(45);
  for (let frame = 0; frame < 50; frame++) patience.heard(0.1);
  expect(patience.seconds).toBe(10);
});

it('however often it was lost, a minute is the most', () => {
  const patience = new Patience(1);
  for (let time = 0; time < 20; time++) patience.lost();
  expect(patience.seconds).toBe(60);
});
