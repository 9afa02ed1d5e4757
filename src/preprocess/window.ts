import type { SampleInput } from '../config/sample-input.js';
import type { Reading, SampleWindow, SensorCounters, Windowing } from '../samples.js';

/**
 * Makes overlapping windows out of readings. With a rate, readings are brought to a grid of times; without one each reading is a
 * row. Rows lie in rings that are taken once.
 *
 * A value that is missing is held, interpolated, or spoils its row, as the manifest says. Interpolation waits for nothing: at the
 * newest edge of a window there is no later neighbour yet, and the value is held there.
 */
export class WindowMaker implements Windowing {
  readonly channels: readonly string[];
  readonly samples: number;
  readonly rateHz: number | undefined;
  readonly #hop: number;
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
  /** Rows since the last beginning. */
  #count = 0;
  #untilNext = 0;
  #newestMs = -Infinity;
  #gridMs = NaN;

  constructor({ channels, window }: Pick<SampleInput, 'channels' | 'window'>) {
    this.channels = channels;
    this.samples = window.samples;
    this.rateHz = window.rateHz;
    this.#hop = window.hop;
    this.#missing = window.missing;
    this.#maxGapMs = window.maxGapSeconds * 1000;
    this.#stepMs = window.rateHz === undefined ? 0 : 1000 / window.rateHz;
    this.#rows = new Float64Array(window.samples * channels.length);
    this.#times = new Float64Array(window.samples);
    this.#spoilt = new Uint8Array(window.samples);
    this.#filled = new Uint16Array(window.samples);
    this.#last = new Float64Array(channels.length);
    this.#lastMs = new Float64Array(channels.length);
    this.#held = new Uint32Array(channels.length);
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
    return this.#maxGapMs + this.samples * this.#stepMs;
  }

  get #known(): boolean {
    return !this.#last.some(Number.isNaN);
  }

  #begin(): void {
    this.#count = 0;
    this.#untilNext = this.samples;
    this.#gridMs = NaN;
    this.#last.fill(NaN);
    this.#lastMs.fill(-Infinity);
    this.#held.fill(0);
  }

  #take(timeMs: number, values: Float64Array): void {
    for (const [channel, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      if (this.#stepMs === 0 && this.#missing === 'interpolate') this.#drawLine(channel, timeMs, value);
      this.#held[channel] = 0;
      this.#last[channel] = value;
      this.#lastMs[channel] = timeMs;
    }
  }

  /** Replaces the held values before a new one by the line between their neighbours. */
  #drawLine(channel: number, timeMs: number, value: number): void {
    const held = Math.min(this.#held[channel] ?? 0, this.samples);
    const from = this.#last[channel] ?? NaN;
    const fromMs = this.#lastMs[channel] ?? NaN;
    for (let back = 1; back <= held; back++) {
      const slot = (this.#count - back) % this.samples;
      const part = ((this.#times[slot] ?? NaN) - fromMs) / (timeMs - fromMs);
      this.#rows[slot * this.channels.length + channel] = from + part * (value - from);
    }
  }

  #push(timeMs: number, counters: SensorCounters, windows: SampleWindow[], next?: Reading): void {
    const slot = this.#count % this.samples;
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
    if (--this.#untilNext > 0) return;
    this.#untilNext = this.#hop;
    if (this.#spoilt.some(Boolean)) counters.windowsDropped++;
    else windows.push(this.#window());
  }

  #valueAt(channel: number, timeMs: number, next: Reading | undefined): number {
    const last = this.#last[channel] ?? NaN;
    const value = next?.values[channel] ?? NaN;
    if (!next || Number.isNaN(value) || this.#missing !== 'interpolate') return last;
    const lastMs = this.#lastMs[channel] ?? NaN;
    return last + ((timeMs - lastMs) / (next.timeMs - lastMs)) * (value - last);
  }

  #window(): SampleWindow {
    const first = this.#count % this.samples;
    const width = this.channels.length;
    const samples = new Float64Array(this.#rows.length);
    samples.set(this.#rows.subarray(first * width));
    samples.set(this.#rows.subarray(0, first * width), this.#rows.length - first * width);
    const timesMs = new Float64Array(this.samples);
    timesMs.set(this.#times.subarray(first));
    timesMs.set(this.#times.subarray(0, first), this.samples - first);
    return {
      fromMs: timesMs[0] ?? NaN,
      toMs: timesMs.at(-1) ?? NaN,
      count: this.samples,
      timesMs,
      samples,
      filled: this.#filled.reduce((sum, value) => sum + value, 0),
    };
  }
}
