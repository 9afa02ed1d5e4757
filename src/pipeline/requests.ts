import type { Box, Prediction, Tensor, TensorInfo } from '../types.js';
import type { ModelIdentity, PipelineResult } from './result.js';

/** What the component may ask of a pipeline process, beside the results that come by themselves. */
export type PipelineRequest =
  PictureRequest | WindowRequest | InferPictureRequest | InferTensorsRequest | DescribeRequest;

/** A picture of the source, encoded only because somebody asked for it. */
export interface PictureRequest {
  readonly type: 'picture';
  /** Id of the frame, which must be one of the last that the pipeline keeps; default: the newest that has a result. */
  readonly frame?: number;
  /** Wanted width in pixels; a picture is never enlarged. Default: as it was decoded. */
  readonly maxWidth?: number;
  /** Of the JPEG, 1..100. */
  readonly quality: number;
  /** It may go as it came, neither encoded again nor rid of what else its file says: for eyes on this device only. */
  readonly asItCame?: boolean;
  /** Drawn into the picture: boxes with labels, or the best label in a corner. */
  readonly annotate?: readonly Prediction[];
  /** Regions that must not leave the device, as fractions of the frame, and what is done to them before encoding. */
  readonly hide?: { readonly regions: readonly Box[]; readonly how: 'blur' | 'black' };
}

/** A window of a sensor's samples. */
export interface WindowRequest {
  readonly type: 'window';
  /** Id of the frame, which must be one of the last that the pipeline keeps; default: the newest that has a result. */
  readonly frame?: number;
}

/** One JPEG or PNG through the model's own preprocessing, between two frames of the source. */
export interface InferPictureRequest {
  readonly type: 'infer-picture';
  readonly body: Uint8Array;
}

/** Ready tensors through the model, without decoding. */
export interface InferTensorsRequest {
  readonly type: 'infer-tensors';
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** What the loaded model is: asked once for each model. */
export interface DescribeRequest {
  readonly type: 'describe';
}

/** What a loaded model says of itself. */
export interface ModelDescription {
  readonly model: ModelIdentity;
  readonly task: 'classification' | 'object-detection' | 'anomaly';
  /** The back end that runs it, as the runtime names it: `tvm`, … */
  readonly backend: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Of the classes, in the order of the model; empty where it has none. */
  readonly labels: readonly string[];
}

/** What comes back; a request that fails gives an EdgeError with its code. */
export interface PipelineReplies {
  readonly picture: {
    readonly frame: number;
    /** ISO 8601, UTC */
    readonly capturedAt: string;
    /** Of the JPEG, in pixels. */
    readonly width: number;
    readonly height: number;
    readonly jpeg: Uint8Array;
  };
  readonly window: {
    readonly frame: number;
    /** ISO 8601, UTC */
    readonly capturedAt: string;
    /** `time` in Unix seconds and a column for each channel, the oldest row first. */
    readonly csv: Uint8Array;
  };
  readonly 'infer-picture': Pick<PipelineResult, 'model' | 'predictions' | 'timingsMs'>;
  readonly describe: ModelDescription;
  readonly 'infer-tensors': { readonly outputs: readonly (Tensor & { readonly name?: string })[] };
}

/** Asks the process of a pipeline. Rejects with EdgeError REQUEST_FAILED where there is no process, or it ends before it answers. */
export type AskPipeline = <R extends PipelineRequest>(
  request: R,
  signal: AbortSignal,
) => Promise<PipelineReplies[R['type']]>;
