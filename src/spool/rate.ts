import { performance } from 'node:perf_hooks';
import { pause } from '../pause.js';

/** So much of a second's worth may go out at once. */
const burstSeconds = 0.25;

/** Keeps a stream within a number of messages and of bytes a second, on the monotonic clock. */
export class Rate {
  #perSecond: number;
  #bytesPerSecond: number;
  /** When the next message is due. */
  #dueMs = 0;

  constructor(perSecond: number, bytesPerSecond: number) {
    this.#perSecond = perSecond;
    this.#bytesPerSecond = bytesPerSecond;
  }

  set(perSecond: number, bytesPerSecond: number): void {
    this.#perSecond = perSecond;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Waits until a message of this size may go. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const costMs = 1000 * Math.max(1 / this.#perSecond, bytes / this.#bytesPerSecond);
    this.#dueMs = Math.max(this.#dueMs, now - burstSeconds * 1000);
    const waitMs = this.#dueMs - now;
    this.#dueMs += costMs;
    if (waitMs > 0) await pause(waitMs, signal);
  }
}
