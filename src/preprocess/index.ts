import type { PreprocessConfig } from '../config/preprocess.js';
import type { Interpolation } from '../opencv.js';
import type { SampleInput } from '../config/sample-input.js';
import type { Windowing } from '../samples.js';
import type { Frame, InputPicture, Tensor } from '../types.js';
import type { Geometry } from './geometry.js';
import { PicturePreprocessor } from './picture.js';
import { SamplePreprocessor } from './samples.js';
import { WindowMaker } from './window.js';

export { FeatureExtractor } from './features.js';
export { toFrame } from './geometry.js';
export type { Geometry } from './geometry.js';

export type ResizeMode = 'stretch' | 'crop' | 'letterbox';

/** What the model wants, from its manifest. */
export interface PreprocessTarget {
  readonly width: number;
  readonly height: number;
  /** Whether the model takes one channel, the luminance. */
  readonly grey: boolean;
  readonly resize: {
    readonly mode: ResizeMode;
    readonly interpolation: Interpolation;
    readonly padValue: number;
    readonly align: 'center' | 'start';
  };
}

/** The picture for the model, and how its pixels lie in the frame. */
export interface PreprocessedPicture {
  /** In the size of the model, or with `reduceTo`. */
  readonly pixels: InputPicture;
  readonly geometry: Geometry;
}

/** What a window of samples became: the model's inputs, ready. */
export interface PreprocessedSamples {
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * From a frame to what the engine takes: 8-bit pixels, which the engine converts into its tensor, or tensors.
 * `process` throws EdgeError FRAME_KIND_MISMATCH for a frame of the other kind.
 */
export interface Preprocessor<P = PreprocessedPicture | PreprocessedSamples> {
  process(frame: Frame): P;
}

/** @param reducer who may reduce pixels by their area: the engine does it off the event loop. @default 'opencv', for ready pixels */
export function createPreprocessor(
  target: PreprocessTarget,
  config: PreprocessConfig,
  reducer: 'engine' | 'opencv' = 'opencv',
): Preprocessor<PreprocessedPicture> {
  return new PicturePreprocessor(target, config, reducer === 'engine');
}

/** @param constants further inputs that are the same at each run, by their names */
export function createSamplePreprocessor(
  input: SampleInput,
  constants: Readonly<Record<string, Tensor>>,
): Preprocessor<PreprocessedSamples> {
  return new SamplePreprocessor(input, constants);
}

/** Makes windows out of the readings of a sensor. */
export function createWindowing(input: SampleInput): Windowing {
  return new WindowMaker(input);
}
