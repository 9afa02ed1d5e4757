import type { SampleInput } from '../config/sample-input.js';
import type { Engine } from '../engines/index.js';
import { EdgeError } from '../errors/index.js';
import type { Manifest } from '../models/index.js';
import { constantTensors } from '../pipeline/constants.js';
import { createSamplePreprocessor, FeatureExtractor } from '../preprocess/index.js';
import { valuesOf } from '../tensor-values.js';
import type { SampleFrame } from '../types.js';
import { learnNormality } from './whitening.js';

/** Name of the constant that a fit learns. */
const learnt = 'whitening';
/** Of the normal data: the first part says what is normal, the rest how far normal goes. */
const fitShare = 0.75;
/** The threshold lies a margin above what 99 of 100 normal windows stay below. */
const quantile = 0.99;
const defaults = { margin: 1.5, clearRatio: 0.9 };

export interface Fit {
  /** The manifest with what was learnt. */
  readonly manifest: Manifest;
  readonly threshold: number;
  readonly windows: number;
}

/**
 * Learns from windows of normal operation what is normal, and from the last quarter of them the threshold.
 * @param engine that runs the model of the manifest
 * @param fitted how many of the windows belong to the first part. @default three quarters
 * @throws EdgeError MODEL_FIT_IMPOSSIBLE
 */
export async function fitModel(
  manifest: Manifest,
  engine: Engine,
  windows: readonly SampleFrame[],
  fitted = Math.floor(windows.length * fitShare),
): Promise<Fit> {
  const { input, decoder } = manifest;
  const impossible = (reason: string) =>
    new EdgeError('MODEL_FIT_IMPOSSIBLE', { model: manifest.name, reason });
  const weights = manifest.constants.find(({ name }) => name === learnt);
  if (input.kind !== 'samples' || !input.features || decoder.type !== 'anomaly' || !weights)
    throw impossible(`it is no anomaly model on features with the constant "${learnt}"`);
  const least = 2 * input.features.length;
  if (fitted < least || windows.length - fitted < 10)
    throw impossible(
      `the data makes ${windows.length} windows, it needs ${Math.ceil(least / fitShare) + 10} at least`,
    );
  const extractor = new FeatureExtractor(input.features, input.channels, input.window, input.medianOf);
  const rows = windows.slice(0, fitted).map(({ samples }) => extractor.extract(samples).slice());
  const { mean, std, whitening } = learnNormality(rows, input.clip ?? Infinity);
  const constants = manifest.constants.map((one) => (one === weights ? { ...one, data: whitening } : one));
  const learntInput: SampleInput = { ...input, mean, std };
  const unbounded = { ...manifest, input: learntInput, constants };
  const scores = await scoresOf(unbounded, engine, windows.slice(fitted));
  const sorted = [...scores].sort((a, b) => a - b);
  const { margin = defaults.margin, clearRatio = defaults.clearRatio } = manifest.fit ?? {};
  const threshold = quantileOf(sorted, quantile) * margin;
  if (!(threshold > 0)) throw impossible('the scores of the normal data mean nothing');
  const clearThreshold = threshold * clearRatio;
  return {
    manifest: { ...unbounded, decoder: { ...decoder, threshold, clearThreshold } },
    threshold,
    windows: windows.length,
  };
}

/** The raw score of each window. */
export async function scoresOf(
  manifest: Manifest,
  engine: Engine,
  windows: readonly SampleFrame[],
): Promise<number[]> {
  if (manifest.input.kind !== 'samples') return [];
  const preprocessor = createSamplePreprocessor(manifest.input, constantTensors(manifest));
  const scores: number[] = [];
  for (const window of windows) {
    const [output] = await engine.run(preprocessor.process(window));
    scores.push((output && valuesOf(output)[0]) ?? NaN);
  }
  return scores;
}

/** With linear interpolation, as numpy.quantile. */
function quantileOf(sorted: readonly number[], q: number): number {
  const place = (sorted.length - 1) * q;
  const low = Math.floor(place);
  const a = sorted[low] ?? NaN;
  return a + (place - low) * ((sorted[Math.min(low + 1, sorted.length - 1)] ?? NaN) - a);
}
