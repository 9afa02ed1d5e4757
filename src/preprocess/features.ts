import type { FeatureSpec, WindowSpec } from '../config/sample-input.js';
import { RunningMedian, type MedianLength } from './running-median.js';
import { momentsOf, statistics } from './statistics.js';
import { Spectrum } from './spectrum.js';

/**
 * Numbers that describe a window: statistics of a channel (statistics.ts) and energies of frequency bands (spectrum.ts). All
 * memory is taken once; the result is overwritten by the next call.
 */
export class FeatureExtractor {
  readonly #features: readonly FeatureSpec[];
  readonly #columns: readonly number[];
  readonly #width: number;
  readonly #column: Float64Array;
  readonly #values: Float64Array;
  readonly #spectrum: Spectrum | undefined;
  readonly #median: RunningMedian | undefined;

  /** @param channels names of the columns, in their order @param medianOf rows of a running median before the features */
  constructor(
    features: readonly FeatureSpec[],
    channels: readonly string[],
    window: WindowSpec,
    medianOf?: MedianLength,
  ) {
    this.#features = features;
    this.#columns = features.map(({ channel }) => channels.indexOf(channel));
    this.#width = channels.length;
    this.#column = new Float64Array(window.samples);
    this.#values = new Float64Array(features.length);
    this.#median = medianOf && new RunningMedian(window.samples, medianOf);
    if (window.rateHz !== undefined && features.some(({ type }) => type === 'bandEnergy'))
      this.#spectrum = new Spectrum(window.samples, window.rateHz);
  }

  /** @param samples row-major, `[rows, channels]` @returns one value a feature, all finite where the samples are */
  extract(samples: Float64Array): Float64Array {
    let column: Float64Array = new Float64Array();
    for (const [index, feature] of this.#features.entries()) {
      const place = this.#columns[index] ?? -1;
      if (index === 0 || place !== this.#columns[index - 1]) column = this.#gather(samples, place);
      if (feature.type === 'bandEnergy') {
        this.#spectrum?.transform(column);
        this.#values[index] = this.#spectrum?.energy(feature.fromHz, feature.toHz) ?? NaN;
      } else {
        const part = column.subarray(column.length - (feature.lastSamples ?? column.length));
        this.#values[index] = statistics[feature.type](part, momentsOf(part));
      }
    }
    return this.#values;
  }

  #gather(samples: Float64Array, column: number): Float64Array {
    const rows = samples.length / this.#width;
    for (let row = 0; row < rows; row++) this.#column[row] = samples[row * this.#width + column] ?? NaN;
    const values = this.#column.subarray(0, rows);
    return this.#median?.filter(values) ?? values;
  }
}
