import type { Reading } from '../../samples.js';
import type { ReadingReader } from './reading.js';

/** Readings between a sensor that pushes and a pipeline that takes: bounded, the oldest go first, and are counted. */
export class ReadingQueue implements ReadingReader {
  dropped = 0;
  readonly #readings: Reading[] = [];
  readonly #limit: number;
  #failure: Error | undefined;
  #ended = false;
  #close: (() => Promise<void>) | undefined;
  #wake: (() => void) | undefined;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  get pending(): number {
    return this.#readings.length;
  }

  put(reading: Reading): void {
    this.#readings.push(reading);
    if (this.#readings.length > this.#limit) {
      this.#readings.shift();
      this.dropped++;
    }
    this.#wake?.();
  }

  /** The sensor ended, or failed: whoever waits is told once what came before is taken. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wake?.();
  }

  async next(signal: AbortSignal): Promise<Reading | undefined> {
    while (this.#readings.length === 0 && !this.#ended && !signal.aborted) await this.#change(signal);
    const reading = this.#readings.shift();
    if (!reading && this.#failure) throw this.#failure;
    return reading;
  }

  /** @param close frees what puts readings in */
  closing(close: () => Promise<void>): this {
    this.#close = close;
    return this;
  }

  async stop(): Promise<void> {
    this.#readings.length = 0;
    this.end();
    await this.#close?.();
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
