import type { SampleInput } from '../config/sample-input.js';
import type { Reading, SampleWindow, SensorCounters, Windowing } from '../samples.js';

/**
 * Makes overlapping windows out of readings. With a rate, readings are brought to a grid of times; without one each reading is a
 * row, and a window has so many of them or those of so many seconds. Rows lie in rings that are taken once.
 *
 * A window of seconds is [end - seconds, end), the first one beginning with the first reading, and is complete with the first reading
 * that is not in it.
 *
 * A value that is missing is held, interpolated, or spoils its row, as the manifest says. Interpolation waits for nothing: at the
 * newest edge of a window there is no later neighbour yet, and the value is held there.
 */
export class WindowMaker implements Windowing {
  readonly channels: readonly string[];
  readonly leastRows: number;
  readonly rateHz: number | undefined;
  readonly windowMs: number;
  /** Rows of a window, or the most that one of seconds may have. */
  readonly #capacity: number;
  readonly #hop: number;
  /** Of a window of seconds. */
  readonly #spanMs: number | undefined;
  readonly #hopMs: number;
  readonly #takesMean: boolean;
  readonly #missing: SampleInput['window']['missing'];
  readonly #maxGapMs: number;
  readonly #stepMs: number;
  readonly #rows: Float64Array;
  readonly #times: Float64Array;
  /** Rows with a value that may not be filled. */
  readonly #spoilt: Uint8Array;
  readonly #filled: Uint16Array;
  /** Of each channel: its last value, when it came, and how many of the newest rows hold it in the place of a missing one. */
  readonly #last: Float64Array;
  readonly #lastMs: Float64Array;
  readonly #held: Uint32Array;
  /** Of each channel: the readings since the row before, for their mean. */
  readonly #sums: Float64Array;
  readonly #taken: Uint32Array;
  /** Rows since the last beginning. */
  #count = 0;
  #untilNext = 0;
  #newestMs = -Infinity;
  #gridMs = NaN;
  /** Of the next window of seconds. */
  #endMs = NaN;

  constructor({ channels, window }: Pick<SampleInput, 'channels' | 'window'>) {
    this.channels = channels;
    const { samples, hop = samples, seconds, hopSeconds = 0 } = window;
    this.#capacity = samples;
    this.leastRows = seconds === undefined ? samples : 2;
    this.rateHz = window.rateHz;
    this.#hop = hop;
    this.#spanMs = seconds === undefined ? undefined : seconds * 1000;
    this.#hopMs = hopSeconds * 1000;
    this.#takesMean = window.downsample === 'mean';
    this.#missing = window.missing;
    this.#maxGapMs = window.maxGapSeconds * 1000;
    this.#stepMs = window.rateHz === undefined ? 0 : 1000 / window.rateHz;
    this.windowMs = this.#spanMs ?? samples * this.#stepMs;
    this.#rows = new Float64Array(samples * channels.length);
    this.#times = new Float64Array(samples);
    this.#spoilt = new Uint8Array(samples);
    this.#filled = new Uint16Array(samples);
    this.#last = new Float64Array(channels.length);
    this.#lastMs = new Float64Array(channels.length);
    this.#held = new Uint32Array(channels.length);
    this.#sums = new Float64Array(channels.length);
    this.#taken = new Uint32Array(channels.length);
    this.#begin();
  }

  add({ timeMs, values }: Reading, counters: SensorCounters): SampleWindow[] {
    counters.readings++;
    const backMs = this.#newestMs - timeMs;
    if (backMs > 0 && backMs <= this.#longestMs) {
      counters.readingsLate++;
      return [];
    }
    // A gap that no window can bridge, or a clock that was set: everything before belongs to another time.
    if (this.#newestMs !== -Infinity && (backMs > 0 || -backMs > this.#maxGapMs)) {
      counters.gaps++;
      this.#begin();
    }
    this.#newestMs = timeMs;
    const windows: SampleWindow[] = [];
    if (this.#stepMs === 0) {
      if (this.#spanMs !== undefined) this.#endWindows(timeMs, this.#spanMs, counters, windows);
      this.#take(timeMs, values);
      if (this.#known) this.#push(timeMs, counters, windows);
      return windows;
    }
    // With a grid the rows up to this reading lie between the values before and the new ones.
    for (; this.#gridMs < timeMs; this.#gridMs += this.#stepMs)
      this.#push(this.#gridMs, counters, windows, { timeMs, values });
    this.#take(timeMs, values);
    if (Number.isNaN(this.#gridMs) && this.#known) this.#gridMs = timeMs;
    if (this.#gridMs === timeMs) {
      this.#push(timeMs, counters, windows);
      this.#gridMs += this.#stepMs;
    }
    return windows;
  }

  /** A step back within it is a late reading, a longer one is a clock that was set. */
  get #longestMs(): number {
    return this.#maxGapMs + this.windowMs;
  }

  get #known(): boolean {
    return !this.#last.some(Number.isNaN);
  }

  #begin(): void {
    this.#count = 0;
    this.#untilNext = this.#capacity;
    this.#gridMs = NaN;
    this.#endMs = NaN;
    this.#last.fill(NaN);
    this.#lastMs.fill(-Infinity);
    this.#held.fill(0);
    this.#sums.fill(0);
    this.#taken.fill(0);
  }

  #take(timeMs: number, values: Float64Array): void {
    for (const [channel, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      if (this.#stepMs === 0 && this.#missing === 'interpolate') this.#drawLine(channel, timeMs, value);
      this.#held[channel] = 0;
      this.#last[channel] = value;
      this.#lastMs[channel] = timeMs;
      this.#sums[channel] = (this.#sums[channel] ?? 0) + value;
      this.#taken[channel] = (this.#taken[channel] ?? 0) + 1;
    }
  }

  /** Replaces the held values before a new one by the line between their neighbours. */
  #drawLine(channel: number, timeMs: number, value: number): void {
    const held = Math.min(this.#held[channel] ?? 0, this.#capacity);
    const from = this.#last[channel] ?? NaN;
    const fromMs = this.#lastMs[channel] ?? NaN;
    for (let back = 1; back <= held; back++) {
      const slot = (this.#count - back) % this.#capacity;
      const part = ((this.#times[slot] ?? NaN) - fromMs) / (timeMs - fromMs);
      this.#rows[slot * this.channels.length + channel] = from + part * (value - from);
    }
  }

  #push(timeMs: number, counters: SensorCounters, windows: SampleWindow[], next?: Reading): void {
    const slot = this.#count % this.#capacity;
    if (this.#spanMs !== undefined && this.#count >= this.#capacity)
      counters.readingsCut += Number((this.#times[slot] ?? NaN) >= this.#endMs - this.#spanMs);
    let filled = 0;
    let spoilt = 0;
    for (let channel = 0; channel < this.channels.length; channel++) {
      const lastMs = this.#lastMs[channel] ?? NaN;
      const isMissing = timeMs - lastMs > 1.5 * this.#stepMs;
      this.#rows[slot * this.channels.length + channel] = this.#valueAt(channel, timeMs, next);
      if (!isMissing) continue;
      this.#held[channel] = (this.#held[channel] ?? 0) + 1;
      filled++;
      if (this.#missing === 'drop' || timeMs - lastMs > this.#maxGapMs) spoilt = 1;
    }
    this.#times[slot] = timeMs;
    this.#spoilt[slot] = spoilt;
    this.#filled[slot] = filled;
    counters.valuesFilled += filled;
    this.#count++;
    this.#sums.fill(0);
    this.#taken.fill(0);
    if (this.#spanMs !== undefined) {
      if (Number.isNaN(this.#endMs)) this.#endMs = timeMs + this.#spanMs;
      return;
    }
    if (--this.#untilNext > 0) return;
    this.#untilNext = this.#hop;
    this.#give(this.#capacity, counters, windows);
  }

  /** Gives the windows of seconds that are over at this time. */
  #endWindows(timeMs: number, spanMs: number, counters: SensorCounters, windows: SampleWindow[]): void {
    for (; timeMs >= this.#endMs; this.#endMs += this.#hopMs) {
      const fromMs = this.#endMs - spanMs;
      const newestMs = this.#times[(this.#count - 1) % this.#capacity] ?? NaN;
      if (newestMs < fromMs) {
        // So are all others up to this time: a gap may be long, and a hop short.
        const empty = Math.floor((timeMs - this.#endMs) / this.#hopMs) + 1;
        counters.windowsDropped += empty;
        this.#endMs += empty * this.#hopMs;
        return;
      }
      const there = Math.min(this.#count, this.#capacity);
      let rows = 0;
      while (rows < there && (this.#times[(this.#count - 1 - rows) % this.#capacity] ?? NaN) >= fromMs)
        rows++;
      this.#give(rows, counters, windows);
    }
  }

  /** The newest rows as a window, where they may be one. */
  #give(rows: number, counters: SensorCounters, windows: SampleWindow[]): void {
    const spoilt = this.#newest(this.#spoilt, 1, new Uint8Array(rows)).includes(1);
    if (rows < this.leastRows || spoilt) counters.windowsDropped++;
    else windows.push(this.#window(rows));
  }

  #valueAt(channel: number, timeMs: number, next: Reading | undefined): number {
    const last = this.#last[channel] ?? NaN;
    const value = next?.values[channel] ?? NaN;
    const taken = this.#taken[channel] ?? 0;
    if (this.#takesMean && taken > 0) return (this.#sums[channel] ?? NaN) / taken;
    if (!next || Number.isNaN(value) || this.#missing !== 'interpolate') return last;
    const lastMs = this.#lastMs[channel] ?? NaN;
    return last + ((timeMs - lastMs) / (next.timeMs - lastMs)) * (value - last);
  }

  #window(rows: number): SampleWindow {
    const width = this.channels.length;
    const timesMs = this.#newest(this.#times, 1, new Float64Array(rows));
    return {
      fromMs: timesMs[0] ?? NaN,
      toMs: timesMs.at(-1) ?? NaN,
      count: rows,
      timesMs,
      samples: this.#newest(this.#rows, width, new Float64Array(rows * width)),
      filled: this.#newest(this.#filled, 1, new Uint16Array(rows)).reduce((sum, value) => sum + value, 0),
    };
  }

  /** Copies the newest rows out of a ring, the oldest of them first. @param width values of a row @param to of the size that is wanted */
  #newest<T extends Float64Array | Uint8Array | Uint16Array>(ring: T, width: number, to: T): T {
    const rows = to.length / width;
    const first = (this.#count - rows) % this.#capacity;
    const untilEnd = Math.min(rows, this.#capacity - first);
    to.set(ring.subarray(first * width, (first + untilEnd) * width));
    to.set(ring.subarray(0, (rows - untilEnd) * width), untilEnd * width);
    return to;
  }
}
