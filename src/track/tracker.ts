import type { TrackConfig } from '../config/detect.js';
import type { Box, Prediction } from '../types.js';

/** An object as it was last seen. */
interface Track {
  readonly id: number;
  readonly label: string;
  box: Box;
  seenAtMs: number;
  /** How the box changed per ms; zero until it was seen twice. */
  velocity: Box;
  /** Frames in a row without it. */
  missed: number;
}

/** As many frames in a row have to miss a track before it can be over, however long they are apart. */
const leastMissed = 3;
/** No movement is carried on for longer than this. */
const maxForesightMs = 1_000;
/** Weight of the newest movement: single boxes jitter. */
const newestWeight = 0.5;

const still: Box = [0, 0, 0, 0];

/**
 * Numbers objects: a detection belongs to the track of its label that it overlaps most, where that is expected now (last box plus
 * constant velocity) or where it was seen last; the best pairs first. What belongs to no track begins one. It is the association of
 * SORT (Bewley et al., 2016) without its Kalman filter and with a greedy choice. Boxes have to overlap from frame to frame: who
 * moves by more than his own width between two frames gets a new number.
 */
export class Tracker {
  readonly #config: TrackConfig;
  #tracks: Track[] = [];
  #last = 0;

  constructor(config: TrackConfig) {
    this.#config = config;
  }

  /**
   * @param predictions of one frame; those without a box stay as they are
   * @param nowMs of a monotonic clock
   */
  update(predictions: readonly Prediction[], nowMs: number): Prediction[] {
    const owners = this.#match(predictions, nowMs);
    for (const track of this.#tracks) track.missed++;
    const numbered = predictions.map((prediction, index) => {
      if (!prediction.box) return prediction;
      const track = owners.get(index);
      if (track) see(track, prediction.box, nowMs);
      return { ...prediction, track: (track ?? this.#begin(prediction.label, prediction.box, nowMs)).id };
    });
    const maxGapMs = this.#config.maxGapSeconds * 1000;
    this.#tracks = this.#tracks.filter(
      ({ missed, seenAtMs }) => missed < leastMissed || nowMs - seenAtMs <= maxGapMs,
    );
    return numbered;
  }

  /** Positions of predictions → their tracks. */
  #match(predictions: readonly Prediction[], nowMs: number): Map<number, Track> {
    const pairs = this.#tracks.flatMap((track) => {
      const expected = foresee(track, nowMs);
      return predictions.flatMap(({ label, box }, index) => {
        if (!box || label !== track.label) return [];
        const overlap = Math.max(overlapOf(expected, box), overlapOf(track.box, box));
        return overlap >= this.#config.minOverlap && overlap > 0 ? [{ track, index, overlap }] : [];
      });
    });
    const owners = new Map<number, Track>();
    const taken = new Set<Track>();
    for (const { track, index } of pairs.sort((a, b) => b.overlap - a.overlap)) {
      if (owners.has(index) || taken.has(track)) continue;
      owners.set(index, track);
      taken.add(track);
    }
    return owners;
  }

  #begin(label: string, box: Box, nowMs: number): Track {
    const track = { id: ++this.#last, label, box, seenAtMs: nowMs, velocity: still, missed: 0 };
    this.#tracks.push(track);
    return track;
  }
}

function see(track: Track, box: Box, nowMs: number): void {
  const elapsed = Math.max(1, nowMs - track.seenAtMs);
  const before = track.velocity;
  const isFirst = before === still;
  track.velocity = combined(box, (value, at) => {
    const newest = (value - track.box[at]) / elapsed;
    return isFirst ? newest : newestWeight * newest + (1 - newestWeight) * before[at];
  });
  track.box = box;
  track.seenAtMs = nowMs;
  track.missed = 0;
}

function foresee({ box, velocity, seenAtMs }: Track, nowMs: number): Box {
  const elapsed = Math.min(maxForesightMs, nowMs - seenAtMs);
  return combined(box, (value, at) => value + velocity[at] * elapsed);
}

const combined = (box: Box, change: (value: number, at: 0 | 1 | 2 | 3) => number): Box => [
  change(box[0], 0),
  change(box[1], 1),
  change(box[2], 2),
  change(box[3], 3),
];

/** Intersection over union of two boxes, 0..1. */
function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a[2] * a[3] + b[2] * b[3] - both);
}
