import type { MotionConfig } from '../config/motion.js';
import type { Picture } from '../opencv.js';

/** Width of the small picture that is compared, in pixels; its height follows the aspect. */
const gridWidth = 96;
/** How fast the remembered scene follows the present: slow enough to notice who creeps, fast enough for the sun. */
const followShare = 0.1;

/**
 * Lets the frames pass on which something moves: the picture, scaled down to 96 pixels of width (which averages noise away) and in
 * grey, is compared with a running mean of those before. About 0.3 ms at 768x576.
 */
export class MotionGate {
  readonly #config: MotionConfig;
  #scene: Float32Array | undefined;
  #movedAtMs = -Infinity;
  #passedAtMs = -Infinity;

  constructor(config: MotionConfig) {
    this.#config = config;
  }

  /** Whether a frame is worth an inference. To be asked of every frame. @param nowMs of a monotonic clock */
  passes(picture: Picture, nowMs: number): boolean {
    const { minArea, holdSeconds, refreshSeconds } = this.#config;
    const share = this.#changedShare(picture);
    if (share === undefined || share >= minArea) this.#movedAtMs = nowMs;
    const isHeld = nowMs - this.#movedAtMs <= holdSeconds * 1000;
    const isDue = refreshSeconds !== null && nowMs - this.#passedAtMs >= refreshSeconds * 1000;
    if (!isHeld && !isDue) return false;
    this.#passedAtMs = nowMs;
    return true;
  }

  /** Undefined for the first picture, or the first of another size. */
  #changedShare(picture: Picture): number | undefined {
    const grey = toGrey(picture);
    const scene = this.#scene;
    if (scene?.length !== grey.length) {
      this.#scene = grey;
      return undefined;
    }
    let changed = 0;
    for (let at = 0; at < grey.length; at++) {
      const difference = (grey[at] as number) - (scene[at] as number);
      if (Math.abs(difference) >= this.#config.minDifference) changed++;
      scene[at] = (scene[at] as number) + followShare * difference;
    }
    return changed / grey.length;
  }
}

function toGrey(picture: Picture): Float32Array {
  const height = Math.max(1, Math.round((gridWidth * picture.height) / picture.width));
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const { data } = picture.resized(whole, gridWidth, height, 'area');
  const grey = new Float32Array(gridWidth * height);
  // BT.601, blue first.
  for (let at = 0; at < grey.length; at++)
    grey[at] =
      0.114 * (data[3 * at] as number) +
      0.587 * (data[3 * at + 1] as number) +
      0.299 * (data[3 * at + 2] as number);
  return grey;
}
