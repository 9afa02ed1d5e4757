import { performance } from 'node:perf_hooks';
import { pause } from '../pause.js';

/**
 * Ticks at `start + n * interval` on the monotonic clock: lateness never adds up, and a jump of the wall clock changes nothing.
 * Ticks that pass while the pipeline is busy are skipped and counted.
 */
export class Ticker {
  missed = 0;
  readonly intervalSeconds: number;
  readonly #intervalMs: number;
  #start: number | undefined;
  #count = 0;

  constructor(intervalSeconds: number) {
    this.intervalSeconds = intervalSeconds;
    this.#intervalMs = intervalSeconds * 1000;
  }

  /** When the next tick is due, on the monotonic clock in ms; undefined where ticks come as fast as frames. */
  get dueAt(): number | undefined {
    if (this.#start === undefined || this.#intervalMs === 0) return undefined;
    return this.#start + (this.#count + 1) * this.#intervalMs;
  }

  /** Waits for the next tick; false where the signal ended it. The first tick is at once. */
  async next(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const now = performance.now();
    if (this.#start === undefined || this.#intervalMs === 0) {
      this.#start ??= now;
      return true;
    }
    const due = Math.ceil((now - this.#start) / this.#intervalMs);
    const next = Math.max(this.#count + 1, due);
    this.missed += next - this.#count - 1;
    this.#count = next;
    return this.#waitUntil(this.#start + next * this.#intervalMs, signal);
  }

  /** A timer may fire up to a millisecond early and counts in whole ones: the rest is waited for in another turn. */
  async #waitUntil(time: number, signal: AbortSignal): Promise<boolean> {
    for (let left = time - performance.now(); left > 0; left = time - performance.now()) {
      if (!(await pause(left, signal))) return false;
    }
    return true;
  }
}
