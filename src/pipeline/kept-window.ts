import type { SampleFrame } from '../types.js';

/** A window of a sensor's samples, kept for those who may ask for it. */
export class KeptWindow {
  readonly kind = 'samples';
  readonly id: number;
  readonly capturedAt: Date;
  readonly #frame: SampleFrame;

  constructor(frame: SampleFrame) {
    this.id = frame.id;
    this.capturedAt = frame.capturedAt;
    this.#frame = frame;
  }

  /**
   * The rows as CSV, the oldest first: `time`, Unix time in seconds with microseconds, and a column for each channel. A source of type
   * csv with `timeField: time` reads it again. Names of channels need no quotes: they hold neither commas nor quotes.
   */
  csv(): Uint8Array {
    const { channels, count, timesMs, samples } = this.#frame;
    const lines = [['time', ...channels].join()];
    for (let row = 0; row < count; row++) {
      const values = samples.subarray(row * channels.length, (row + 1) * channels.length);
      lines.push(`${((timesMs[row] ?? NaN) / 1000).toFixed(6)},${values.join()}`);
    }
    return Buffer.from(`${lines.join('\n')}\n`);
  }

  release(): void {
    // Its memory is its own.
  }
}
