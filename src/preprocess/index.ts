import type { PreprocessConfig } from '../config/preprocess.js';
import type { Interpolation } from '../opencv.js';
import type { Frame, PixelBuffer } from '../types.js';
import type { Geometry } from './geometry.js';
import { PicturePreprocessor } from './picture.js';

export { toFrame } from './geometry.js';
export type { Geometry } from './geometry.js';

export type ResizeMode = 'stretch' | 'crop' | 'letterbox';

/** What the model wants, from its manifest. */
export interface PreprocessTarget {
  readonly width: number;
  readonly height: number;
  readonly resize: {
    readonly mode: ResizeMode;
    readonly interpolation: Interpolation;
    readonly padValue: number;
    readonly align: 'center' | 'start';
  };
}

/** The picture in the size of the model, and how its pixels lie in the frame. */
export interface PreprocessedPicture {
  readonly pixels: PixelBuffer;
  readonly geometry: Geometry;
}

/** From a frame to 8-bit pixels in the model's size; the engine converts those into its tensor. */
export interface Preprocessor {
  process(frame: Frame): PreprocessedPicture;
}

export function createPreprocessor(target: PreprocessTarget, config: PreprocessConfig): Preprocessor {
  return new PicturePreprocessor(target, config);
}
