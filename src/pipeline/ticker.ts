import { performance } from 'node:perf_hooks';
import { pause } from '../pause.js';

/** Pipelines are spread over a second, or over their interval where that is shorter. */
const spreadMs = 1000;

/**
 * Ticks at once, then at whole intervals on the monotonic clock: lateness never adds up, and a jump of the wall clock changes
 * nothing. Ticks that pass while the pipeline is busy are skipped and counted. With a phase they follow the machine's clock, which all
 * processes share: pipelines of one interval and different phases never tick together, whenever they were started.
 */
export class Ticker {
  missed = 0;
  readonly intervalSeconds: number;
  readonly #intervalMs: number;
  readonly #phase: number | undefined;
  /** When tick 0 was due; with a phase that need not be when it came. */
  #start: number | undefined;
  #count = 0;

  /** @param phase 0..1, as a share of a second, or of a shorter interval; default: the ticks follow the first one */
  constructor(intervalSeconds: number, phase?: number) {
    this.intervalSeconds = intervalSeconds;
    this.#intervalMs = intervalSeconds * 1000;
    this.#phase = phase;
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
      this.#start ??= this.#phase === undefined ? now : this.#nearest(now, this.#phase);
      return true;
    }
    const due = Math.ceil((now - this.#start) / this.#intervalMs);
    const next = Math.max(this.#count + 1, due);
    this.missed += next - this.#count - 1;
    this.#count = next;
    return this.#waitUntil(this.#start + next * this.#intervalMs, signal);
  }

  /** The instant of the phase that is nearest to `now`: half a second away at most. */
  #nearest(now: number, phase: number): number {
    const unitMs = Math.min(this.#intervalMs, spreadMs);
    const machineMs = Number(process.hrtime.bigint()) / 1e6;
    const since = (machineMs / unitMs + 1 - phase) % 1;
    return now - (since < 0.5 ? since : since - 1) * unitMs;
  }

  /** A timer may fire up to a millisecond early and counts in whole ones: the rest is waited for in another turn. */
  async #waitUntil(time: number, signal: AbortSignal): Promise<boolean> {
    for (let left = time - performance.now(); left > 0; left = time - performance.now()) {
      if (!(await pause(left, signal))) return false;
    }
    return true;
  }
}
