import { performance } from 'node:perf_hooks';
import { Ticker } from '../dist/pipeline/ticker.js';

/** The pipeline's ticker, which also writes down when each tick came. */
export class RecordingTicker extends Ticker {
  #intervalMs;
  #times = /** @type {number[]} */ ([]);

  /** @param {number} intervalSeconds */
  constructor(intervalSeconds) {
    super(intervalSeconds);
    this.#intervalMs = intervalSeconds * 1000;
  }

  async next(signal) {
    const goesOn = await super.next(signal);
    if (goesOn) this.#times.push(performance.now());
    return goesOn;
  }

  /** How long after `first tick + n * interval` each of the others came, in ms. */
  get latenessMs() {
    const [first, ...others] = this.#times;
    return others.map((time, index) => {
      // A tick that was skipped is the pipeline's, not the clock's.
      const due = Math.max(index + 1, Math.floor((time - first) / this.#intervalMs + 0.5));
      return time - first - due * this.#intervalMs;
    });
  }
}
