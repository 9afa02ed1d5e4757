import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ReplaySourceConfig } from '../../config/sensor-source.js';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import { pause } from '../../pause.js';
import type { Reading } from '../../samples.js';
import type { ReadingReader } from './reading.js';
import { toReading } from './record.js';

/** A line longer than this is no reading. */
const maxLineLength = 65_536;

/** Plays a recording by its own clock: a reading is due when its time, divided by the speed, has passed since the first one. */
export class Replay implements ReadingReader {
  readonly pending = 0;
  readonly #config: ReplaySourceConfig;
  readonly #channels: readonly string[];
  readonly #samples: number;
  readonly #skip: (error: EdgeError, counter: 'readingsInvalid' | 'readingsLate') => void;
  #file: FileHandle | undefined;
  #lines: AsyncIterator<string> | undefined;
  #columns: readonly string[] | undefined;
  #line = 0;
  #rows = 0;
  #lastMs: number | undefined;
  #firstMs = 0;
  /** Added to the times of a further round, so that they go on. */
  #offsetMs = 0;
  #startedMs: number | undefined;
  #startMs = 0;

  /** @param samples rows of a window @param skip told of each row that cannot be used; the rest of the recording is played */
  constructor(
    config: ReplaySourceConfig,
    channels: readonly string[],
    samples: number,
    skip: (error: EdgeError, counter: 'readingsInvalid' | 'readingsLate') => void,
  ) {
    this.#config = config;
    this.#channels = channels;
    this.#samples = samples;
    this.#skip = skip;
  }

  async next(signal: AbortSignal): Promise<Reading | undefined> {
    while (!signal.aborted) {
      this.#lines ??= await this.#open();
      const line = await this.#lines.next();
      if (line.done === true) {
        if (!(await this.#rewind())) return undefined;
        continue;
      }
      this.#line++;
      const reading = this.#read(line.value);
      if (!reading) continue;
      await this.#untilDue(reading.timeMs, signal);
      return reading;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await this.#close();
    this.#lastMs = undefined;
    this.#startedMs = undefined;
    this.#offsetMs = 0;
  }

  get #place(): string {
    return `${this.#config.path}, line ${this.#line}`;
  }

  async #open(): Promise<AsyncIterator<string>> {
    const { path: file } = this.#config;
    this.#line = 0;
    this.#rows = 0;
    try {
      this.#file = await open(file);
      const lines = this.#file.readLines({ encoding: 'utf8' })[Symbol.asyncIterator]();
      if (this.#config.type === 'csv') this.#columns = this.#header(await lines.next());
      return lines;
    } catch (error) {
      await this.#close();
      if (isEdgeError(error)) throw error;
      throw new EdgeError(
        'SOURCE_NOT_FOUND',
        { path: file, reason: (error as Error).message },
        { cause: error },
      );
    }
  }

  #header({ value = '' }: { readonly value?: string }): readonly string[] {
    this.#line = 1;
    const columns = this.#split(value.replace(/^\uFEFF/, ''));
    const { fields, timeField, path: file } = this.#config;
    const wanted = this.#channels.map((channel) => fields[channel] ?? channel);
    if (timeField !== undefined) wanted.push(timeField);
    const missing = wanted.filter((column) => !columns.includes(column));
    if (missing.length > 0) throw new EdgeError('SENSOR_COLUMN_MISSING', { path: file, missing, columns });
    return columns;
  }

  #split(line: string): string[] {
    const { separator } = this.#config as { separator: string };
    return line.split(separator).map((text) => text.trim().replace(/^"(.*)"$/, '$1'));
  }

  #read(line: string): Reading | undefined {
    if (line.trim() === '') return undefined;
    try {
      const { fields, timeField, stepSeconds } = this.#config;
      const now = this.#rows * stepSeconds * 1000;
      const format = { channels: this.#channels, fields, timeField };
      const { timeMs: own, values } = toReading(this.#record(line), format, this.#place, now);
      if (this.#rows++ === 0) this.#firstMs = own;
      const timeMs = own + this.#offsetMs;
      if (this.#lastMs !== undefined && timeMs < this.#lastMs) {
        const [before, time] = [this.#lastMs - this.#offsetMs, own].map((ms) => new Date(ms).toISOString());
        this.#skip(
          new EdgeError('SENSOR_TIME_BACKWARDS', {
            place: this.#place,
            before: before ?? '',
            time: time ?? '',
          }),
          'readingsLate',
        );
        return undefined;
      }
      this.#lastMs = timeMs;
      return { timeMs, values };
    } catch (error) {
      if (!isEdgeError(error)) throw error;
      this.#skip(error, 'readingsInvalid');
      return undefined;
    }
  }

  #record(line: string): Record<string, unknown> {
    const refuse = (rule: string) =>
      new EdgeError('SENSOR_VALUE_INVALID', {
        place: this.#place,
        field: 'the line',
        value: line.slice(0, 60),
        rule,
      });
    if (line.length > maxLineLength) throw refuse(`at most ${maxLineLength} characters`);
    if (this.#config.type === 'csv') {
      const columns = this.#columns ?? [];
      const values = this.#split(line);
      if (values.length !== columns.length)
        throw refuse(`a row of ${columns.length} columns, it has ${values.length}`);
      return Object.fromEntries(columns.map((column, index) => [column, values[index]]));
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw refuse('a JSON object');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('a JSON object');
    return value as Record<string, unknown>;
  }

  /** @returns false at the end of a recording that is played once. @throws EdgeError SENSOR_DATA_TOO_SHORT */
  async #rewind(): Promise<boolean> {
    const { loop, path: file, stepSeconds } = this.#config;
    const rows = this.#rows;
    await this.#close();
    if (rows < this.#samples)
      throw new EdgeError('SENSOR_DATA_TOO_SHORT', {
        path: path.resolve(file),
        rows,
        samples: this.#samples,
      });
    if (!loop) return false;
    const length = (this.#lastMs ?? 0) - this.#offsetMs - this.#firstMs;
    this.#offsetMs += length + (rows > 1 ? length / (rows - 1) : stepSeconds * 1000);
    return true;
  }

  async #untilDue(timeMs: number, signal: AbortSignal): Promise<void> {
    const { speed } = this.#config;
    if (speed === 0) return;
    const now = performance.now();
    if (this.#startedMs === undefined) {
      this.#startedMs = now;
      this.#startMs = timeMs;
    }
    const waitMs = this.#startedMs + (timeMs - this.#startMs) / speed - now;
    if (waitMs > 0) await pause(waitMs, signal);
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#lines = undefined;
    await file?.close().catch(() => undefined);
  }
}
