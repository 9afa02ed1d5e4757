import type { Reading, SensorCounters } from '../../samples.js';

/** Readings are held back within this, whatever their times say. */
const maxHeld = 4096;
/** The least time after which a clock counts as set back. */
const leastStretchMs = 10_000;

export interface Lateness {
  readonly latenessSeconds: number;
  /** Length of the windows that are made of the readings; 0 where it is not known. */
  readonly windowMs: number;
  /** A monotonic clock. @default that of this process */
  readonly clockMs?: () => number;
}

/**
 * Holds readings back for as long as older ones may still come, by the times that they carry, and gives them in the order of these
 * times. What comes later than that is left out and counted, be it the whole backlog of a sensor that was away. Where nothing but
 * such readings comes for as long as the lateness and a window, the clock of the sensor was set back: the order begins anew.
 */
export class LateReadings {
  readonly #latenessMs: number;
  readonly #stretchMs: number;
  readonly #clockMs: () => number;
  /** In the order of their times; of equal ones, in the order in which they came. */
  readonly #held: Reading[] = [];
  #newestMs = -Infinity;
  /** Of those that were given: there is no place for older ones any more. */
  #givenMs = -Infinity;
  /** When the first one that was too late came, since the last one that was not. */
  #lateSinceMs: number | undefined;

  constructor({ latenessSeconds, windowMs, clockMs = () => performance.now() }: Lateness) {
    this.#latenessMs = latenessSeconds * 1000;
    this.#stretchMs = Math.max(leastStretchMs, this.#latenessMs + windowMs);
    this.#clockMs = clockMs;
  }

  /** @returns those whose turn has come */
  add(reading: Reading, counters: SensorCounters): Reading[] {
    if (this.#latenessMs === 0) return [reading];
    const { timeMs } = reading;
    const isInTime = timeMs >= this.#newestMs - this.#latenessMs;
    if (isInTime) this.#lateSinceMs = undefined;
    else if (this.#wasSetBack()) return this.#beginAnew(reading);
    // Where too many are held, some are given early, and one that is in time may come after them.
    if (!isInTime || timeMs < this.#givenMs) {
      counters.readings++;
      counters.readingsLate++;
      return [];
    }
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    this.#insert(reading);
    return this.#due();
  }

  #due(): Reading[] {
    const dueMs = this.#newestMs - this.#latenessMs;
    let due = this.#held.findIndex((held) => held.timeMs > dueMs);
    if (due < 0) due = this.#held.length;
    const given = this.#held.splice(0, Math.max(due, this.#held.length - maxHeld));
    this.#givenMs = given.at(-1)?.timeMs ?? this.#givenMs;
    return given;
  }

  #wasSetBack(): boolean {
    const nowMs = this.#clockMs();
    this.#lateSinceMs ??= nowMs;
    return nowMs - this.#lateSinceMs >= this.#stretchMs;
  }

  #beginAnew(reading: Reading): Reading[] {
    this.#lateSinceMs = undefined;
    this.#newestMs = reading.timeMs;
    this.#givenMs = -Infinity;
    const before = this.#held.splice(0);
    this.#insert(reading);
    return before;
  }

  #insert(reading: Reading): void {
    // From the end: most come in order.
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1]?.timeMs ?? -Infinity) > reading.timeMs) at--;
    this.#held.splice(at, 0, reading);
  }
}
