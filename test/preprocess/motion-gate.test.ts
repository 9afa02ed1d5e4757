import { expect, it } from 'vitest';
import { motionSchema } from '../../src/config/motion.js';
import { Picture } from '../../src/opencv.js';
import { MotionGate } from '../../src/preprocess/motion-gate.js';

const [width, height] = [192, 144];

/** A grey scene with noise of ±6 levels, and a bright box of 24 x 24 at x where there is one. */
function scene(x?: number): Picture {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = 100 + Math.floor(Math.random() * 13) - 6;
  if (x !== undefined)
    for (let row = 60; row < 84; row++) pixels.fill(220, (row * width + x) * 3, (row * width + x + 24) * 3);
  return Picture.fromPixels(pixels, width, height);
}

function passes(gate: MotionGate, nowMs: number, x?: number): boolean {
  const picture = scene(x);
  try {
    return gate.passes(picture, nowMs);
  } finally {
    picture.release();
  }
}

it('the gate lets the first frame pass, what moves, and frames for a while after it; noise is no movement', () => {
  const gate = new MotionGate(motionSchema.parse({ holdSeconds: 1, refreshSeconds: null }));
  expect(passes(gate, 0)).toBe(true);
  expect(passes(gate, 900)).toBe(true);
  for (let now = 1100; now < 4000; now += 100) expect(passes(gate, now)).toBe(false);
  expect(passes(gate, 4000, 20)).toBe(true);
  expect(passes(gate, 4100, 40)).toBe(true);
  // It is gone; the scene forgets it within seconds.
  const later = Array.from({ length: 60 }, (_, step) => passes(gate, 4200 + 100 * step));
  expect(later[0]).toBe(true);
  expect(later.at(-1)).toBe(false);
});

it('a frame is looked at now and then in any case', () => {
  const gate = new MotionGate(motionSchema.parse({ holdSeconds: 0, refreshSeconds: 5 }));
  const passed = Array.from({ length: 12 }, (_, second) => passes(gate, 1000 * second));
  expect(passed.map((pass, second) => (pass ? second : -1)).filter((second) => second >= 0)).toEqual([
    0, 5, 10,
  ]);
});

it('a picture of another size begins anew', () => {
  const gate = new MotionGate(motionSchema.parse({ holdSeconds: 0, refreshSeconds: null }));
  expect(passes(gate, 0)).toBe(true);
  expect(passes(gate, 100)).toBe(false);
  const other = Picture.fromPixels(Buffer.alloc(100 * 100 * 3), 100, 100);
  expect(gate.passes(other, 200)).toBe(true);
  other.release();
});
