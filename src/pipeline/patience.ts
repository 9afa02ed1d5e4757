/** A source that gives nothing for this long, or for ten intervals, is opened again. */
const leastSeconds = 10;
/** However often it gave nothing, longer is not waited: a camera that comes back must not be waited for in vain. */
const mostSeconds = 60;
/** A camera that pauses for so long between frames may do it three times over. */
const tolerance = 3;
/** The longest pause is forgotten by this share a frame. */
const forgetting = 0.1;

/**
 * How long a source may be silent before it counts as stalled. It grows for a camera that is slower than the interval: who was
 * waited for in vain is waited for twice as long, and whose pauses are known is given three of them. So a slow camera is not opened
 * again and again, and a fast one that froze is noticed soon.
 */
export class Patience {
  readonly #base: number;
  #longestPause = 0;
  #inVain = 0;

  constructor(intervalSeconds: number) {
    this.#base = Math.max(leastSeconds, 10 * intervalSeconds);
  }

  get seconds(): number {
    const known = Math.max(this.#base, tolerance * this.#longestPause);
    return Math.min(known * 2 ** this.#inVain, Math.max(mostSeconds, this.#base));
  }

  /** A frame came after so long. */
  heard(waitedSeconds: number): void {
    this.#inVain = 0;
    this.#longestPause = Math.max(waitedSeconds, this.#longestPause * (1 - forgetting));
  }

  /** None came in the time that it had. */
  lost(): void {
    this.#inVain++;
  }
}
