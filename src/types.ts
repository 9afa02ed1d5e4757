import type { Picture } from './opencv.js';

/** What the stages hand to each other. Nothing here knows how it is made. */

export const dtypes = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] as const;

export type DType = (typeof dtypes)[number];

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A dense tensor, row-major. `float16` travels in a Uint16Array, `bool` in a Uint8Array. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a model declares of an input or an output; -1 in the shape is a free dimension. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An 8-bit picture in memory: height x width x channels, interleaved, rows without padding. */
export interface PixelBuffer {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Pixels for a model's input. */
export interface InputPicture extends PixelBuffer {
  /** The size of the input, where the pixels are more: the engine reduces them, off the event loop. */
  readonly reduceTo?: { readonly width: number; readonly height: number };
}

/** How 8-bit pixels become the input tensor: `(value - mean[c]) / std[c]` on the 0..255 scale, per output channel. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Order of the channels in the tensor; OpenCV's pictures are BGR. */
  readonly colorOrder: 'RGB' | 'BGR' | 'GRAY';
  readonly layout: 'NCHW' | 'NHWC';
}

/** Box as fractions of the frame: left, top, width, height, each 0..1. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface Prediction {
  readonly label: string;
  /** 0..1 */
  readonly confidence: number;
  readonly box?: Box;
  /** The same number on consecutive frames is the same object; numbers are not used again in the life of a pipeline's process. */
  readonly track?: number;
  /** What an anomaly model measured, in its own unit; compare it with its threshold. */
  readonly score?: number;
}

/** What a source gives: a picture, or a window of a sensor's samples. */
export type Frame = PictureFrame | SampleFrame;

/** A captured picture on its way through a pipeline. Whoever holds it releases `picture`. */
export interface PictureFrame {
  readonly kind: 'picture';
  /** Counts up from 1 in the life of a source. */
  readonly id: number;
  readonly capturedAt: Date;
  /** Size of the original in pixels; `picture` may be a reduction of it. */
  readonly width: number;
  readonly height: number;
  readonly picture: Picture;
  /** The file or message that the picture was decoded from, where there is one: what is kept instead of its pixels. */
  readonly encoded?: Uint8Array;
  /** File name, where the frame has one. */
  readonly name?: string;
}

/** A window of samples on its way through a pipeline; its memory is its own. */
export interface SampleFrame {
  readonly kind: 'samples';
  /** Counts up from 1 in the life of a source. */
  readonly id: number;
  /** When the window was complete, by this machine's clock. */
  readonly capturedAt: Date;
  /** Time of the oldest and of the newest sample, by the clock of the sensor or of the recording. */
  readonly from: Date;
  readonly to: Date;
  /** Names of the columns, as the model knows them. */
  readonly channels: readonly string[];
  /** Number of rows. */
  readonly count: number;
  /** Of each row, Unix ms by the same clock. */
  readonly timesMs: Float64Array;
  /** Row-major, `[count, channels]`, the oldest row first; every value is finite. */
  readonly samples: Float64Array;
  /** Samples per second where the rows lie on a regular grid; undefined where they are taken as they come. */
  readonly rateHz?: number | undefined;
  /** How many values were filled in because they were missing. */
  readonly filled: number;
  /** File name, where the samples come from a recording. */
  readonly name?: string;
}
