import type { Reading } from '../../samples.js';

/** Readings are held back within this, whatever their times say. */
const maxHeld = 4096;
/** So many in a row that are too late are no stragglers: the clock of the sensor was set back. */
const stragglers = 3;

/**
 * Holds readings back for as long as older ones may still come, by the times that they carry, and gives them in the order of these
 * times. What comes later than that is given at once, for those who make windows to count.
 */
export class LateReadings {
  readonly #latenessMs: number;
  /** In the order of their times; of equal ones, in the order in which they came. */
  readonly #held: Reading[] = [];
  #newestMs = -Infinity;
  #tooLateInARow = 0;

  constructor(latenessSeconds: number) {
    this.#latenessMs = latenessSeconds * 1000;
  }

  /** @returns those whose turn has come */
  add(reading: Reading): Reading[] {
    if (this.#latenessMs === 0) return [reading];
    const { timeMs } = reading;
    if (timeMs < this.#newestMs - this.#latenessMs) {
      if (++this.#tooLateInARow < stragglers) return [reading];
      this.#newestMs = timeMs;
      return [...this.flush(), reading];
    }
    this.#tooLateInARow = 0;
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    this.#insert(reading);
    const dueMs = this.#newestMs - this.#latenessMs;
    let due = this.#held.findIndex((held) => held.timeMs > dueMs);
    if (due < 0) due = this.#held.length;
    return this.#held.splice(0, Math.max(due, this.#held.length - maxHeld));
  }

  /** Nothing older comes any more. */
  flush(): Reading[] {
    return this.#held.splice(0);
  }

  #insert(reading: Reading): void {
    // From the end: most come in order.
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1]?.timeMs ?? -Infinity) > reading.timeMs) at--;
    this.#held.splice(at, 0, reading);
  }
}
