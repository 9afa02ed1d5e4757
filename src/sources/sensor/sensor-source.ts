import type { SensorSourceConfig } from '../../config/sensor-source.js';
import { EdgeError, describeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { noReadings, type Windowing } from '../../samples.js';
import type { SampleFrame } from '../../types.js';
import type { FrameSource } from '../index.js';
import { LateReadings } from './late-readings.js';
import type { ReadingReader } from './reading.js';

/** Told of a reading that cannot be used: it is counted and said, and the source goes on. */
export type Skip = (error: EdgeError, counter: 'readingsInvalid' | 'readingsLate') => void;

export interface SensorOptions {
  readonly logger: Logger;
  readonly windowing: Windowing;
  /** Opens the sensor. */
  readonly open: (skip: Skip) => Promise<ReadingReader> | ReadingReader;
  /** File name of a recording. */
  readonly name?: string | undefined;
}

/** Windows of a sensor's readings. Where a model is slower than its sensor, the newest window wins and no reading is lost. */
export class SensorSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0, sensor: noReadings() };
  /** It watches its readings itself: a window may take longer to fill than a camera is given for a frame. */
  readonly silent = true;
  readonly #options: SensorOptions;
  readonly #stallSeconds: number | undefined;
  readonly #late: LateReadings;
  readonly #ready: SampleFrame[] = [];
  #reader: ReadingReader | undefined;
  #wasOpen = false;
  /** More readings waited when the last one was taken. */
  #behind = false;
  #lastSkip: string | undefined;

  constructor(config: SensorSourceConfig, options: SensorOptions) {
    this.#options = options;
    this.#late = new LateReadings({
      latenessSeconds: 'latenessSeconds' in config ? config.latenessSeconds : 0,
      windowMs: options.windowing.windowMs,
    });
    this.#stallSeconds = 'stallSeconds' in config ? config.stallSeconds : undefined;
  }

  async next(signal: AbortSignal): Promise<SampleFrame | undefined> {
    this.#reader ??= await this.#open();
    const reader = this.#reader;
    while (!signal.aborted) {
      if (reader.pending > 0 || this.#ready.length === 0) {
        const reading = await this.#take(reader, signal);
        if (!reading) break;
        this.#lastSkip = undefined;
        for (const due of this.#late.add(reading, this.counters.sensor)) this.#collect(due);
        const wasBehind = this.#behind;
        this.#behind = reader.pending > 0;
        if (wasBehind || this.#behind) this.#keepNewest();
        continue;
      }
      return this.#give();
    }
    return signal.aborted ? undefined : this.#give();
  }

  /** Readings that wait for older ones go on waiting: opened again, it goes on with them. At the end of it all they go uncounted. */
  async stop(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#ready.length = 0;
    await reader?.stop();
  }

  #give(): SampleFrame | undefined {
    const frame = this.#ready.shift();
    if (frame) this.counters.captured++;
    return frame;
  }

  async #open(): Promise<ReadingReader> {
    if (this.#wasOpen) this.counters.reopened++;
    this.#wasOpen = true;
    return this.#options.open((error, counter) => this.#skip(error, counter));
  }

  /** One line for each kind in a row: a sensor that says nonsense a thousand times a second must not fill the disk. */
  #skip(error: EdgeError, counter: 'readingsInvalid' | 'readingsLate'): void {
    this.counters.sensor[counter]++;
    const level = this.#lastSkip === error.code ? 'debug' : 'warn';
    this.#lastSkip = error.code;
    this.#options.logger[level]({ code: error.code }, describeError(error));
  }

  async #take(reader: ReadingReader, signal: AbortSignal) {
    const limit = new AbortController();
    const seconds = this.#stallSeconds;
    const timer = seconds === undefined ? undefined : setTimeout(() => limit.abort(), seconds * 1000);
    try {
      const reading = await reader.next(AbortSignal.any([signal, limit.signal]));
      if (!reading && limit.signal.aborted && !signal.aborted)
        throw new EdgeError('SOURCE_STALLED', { seconds: seconds ?? 0 });
      this.counters.sensor.readingsDropped = reader.dropped ?? 0;
      return reading;
    } finally {
      clearTimeout(timer);
    }
  }

  #collect(reading: { readonly timeMs: number; readonly values: Float64Array }): void {
    const { windowing, name } = this.#options;
    const { channels, rateHz } = windowing;
    for (const window of windowing.add(reading, this.counters.sensor)) {
      const { fromMs, toMs, count, timesMs, samples, filled } = window;
      this.#ready.push({
        kind: 'samples',
        id: this.counters.captured + this.counters.superseded + this.#ready.length + 1,
        capturedAt: new Date(),
        from: new Date(fromMs),
        to: new Date(toMs),
        channels,
        count,
        timesMs,
        samples,
        rateHz,
        filled,
        ...(name !== undefined && { name }),
      });
    }
  }

  #keepNewest(): void {
    const old = this.#ready.splice(0, Math.max(0, this.#ready.length - 1));
    this.counters.superseded += old.length;
  }
}
