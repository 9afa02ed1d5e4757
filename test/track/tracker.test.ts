import { expect, it } from 'vitest';
import { trackSchema } from '../../src/config/detect.js';
import { Tracker } from '../../src/track/tracker.js';
import type { Prediction } from '../../src/types.js';

const tracker = (options = {}) => new Tracker(trackSchema.parse(options));
const at = (x: number, label = 'person', width = 0.1): Prediction => ({
  label,
  confidence: 0.9,
  box: [x, 0.2, width, 0.3],
});
const ids = (predictions: Prediction[]) => predictions.map(({ track }) => track);

it('the same object keeps its number, whatever the order of the detections', () => {
  const tracks = tracker();
  expect(ids(tracks.update([at(0.1), at(0.7)], 0))).toEqual([1, 2]);
  expect(ids(tracks.update([at(0.72), at(0.12)], 100))).toEqual([2, 1]);
  expect(ids(tracks.update([at(0.4), at(0.14)], 200))).toEqual([3, 1]);
});

it('two that pass each other keep their numbers by their movement', () => {
  const tracks = tracker();
  for (let step = 0; step <= 20; step++) {
    const [right, left] = [at(0.1 + 0.04 * step), at(0.9 - 0.04 * step)];
    expect(ids(tracks.update([right, left], 100 * step))).toEqual([1, 2]);
  }
});

it('labels are not mixed', () => {
  const tracks = tracker();
  expect(ids(tracks.update([at(0.1)], 0))).toEqual([1]);
  expect(ids(tracks.update([at(0.1, 'dog')], 100))).toEqual([2]);
});

it('an object that is hidden for a moment goes on where it is expected', () => {
  const tracks = tracker();
  for (let step = 0; step < 5; step++) tracks.update([at(0.1 + 0.02 * step)], 100 * step);
  for (let step = 5; step < 10; step++) expect(tracks.update([], 100 * step)).toEqual([]);
  expect(ids(tracks.update([at(0.1 + 0.02 * 10)], 1000))).toEqual([1]);
});

it('a track is over after the gap, and its number is not used again', () => {
  const tracks = tracker({ maxGapSeconds: 1 });
  tracks.update([at(0.1)], 0);
  for (const now of [500, 1000, 1500]) tracks.update([], now);
  expect(ids(tracks.update([at(0.1)], 2000))).toEqual([2]);
});

it('frames that were not looked at do not end a track', () => {
  const tracks = tracker({ maxGapSeconds: 1 });
  tracks.update([at(0.1)], 0);
  expect(ids(tracks.update([at(0.1)], 60_000))).toEqual([1]);
});

it('predictions without a box stay as they are', () => {
  const glass = { label: 'glass', confidence: 0.5 };
  expect(tracker().update([glass], 0)).toEqual([glass]);
});
