import type { FeatureSpec, WindowSpec } from '../config/sample-input.js';
import { Column } from './column.js';
import type { MedianLength } from './running-median.js';
import { momentsOf, statistics } from './statistics.js';
import { Spectrum } from './spectrum.js';

/**
 * Numbers that describe a window: statistics of a channel (statistics.ts) and energies of frequency bands (spectrum.ts). All
 * memory is taken once; the result is overwritten by the next call.
 */
export class FeatureExtractor {
  readonly #features: readonly FeatureSpec[];
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #values: Float64Array;
  readonly #spectrum: Spectrum | undefined;

  /** @param channels names of the columns, in their order @param medianOf rows of a running median before the features */
  constructor(
    features: readonly FeatureSpec[],
    channels: readonly string[],
    window: WindowSpec,
    medianOf?: MedianLength,
  ) {
    this.#features = features;
    const used = new Set(features.map(({ channel }) => channel));
    this.#columns = new Map(
      [...used].map((channel) => [
        channel,
        new Column(channels.indexOf(channel), channels.length, window.samples, medianOf),
      ]),
    );
    this.#values = new Float64Array(features.length);
    if (window.rateHz !== undefined && features.some(({ type }) => type === 'bandEnergy'))
      this.#spectrum = new Spectrum(window.samples, window.rateHz);
  }

  /** @param samples row-major, `[rows, channels]` @returns one value a feature, all finite where the samples are */
  extract(samples: Float64Array): Float64Array {
    for (const column of this.#columns.values()) column.gather(samples);
    for (const [index, feature] of this.#features.entries())
      this.#values[index] = this.#measure(feature, this.#columns.get(feature.channel)?.values);
    return this.#values;
  }

  #measure(feature: FeatureSpec, values: Float64Array | undefined): number {
    if (!values) return NaN;
    if (feature.type === 'bandEnergy') {
      this.#spectrum?.transform(values);
      return this.#spectrum?.energy(feature.fromHz, feature.toHz) ?? NaN;
    }
    const part = values.subarray(values.length - (feature.lastSamples ?? values.length));
    return statistics[feature.type](part, momentsOf(part));
  }
}
