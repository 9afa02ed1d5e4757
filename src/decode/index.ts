import type { Prediction, Tensor, TensorInfo } from '../types.js';
import { ClassificationDecoder, type ClassificationSpec } from './classification.js';

/** What a decoder needs to know of the model. */
export interface DecoderContext {
  readonly model: string;
  /** In the order of the outputs; empty where the manifest names none. */
  readonly labels: readonly string[];
}

/** From a model's raw outputs to predictions, best first. */
export interface Decoder {
  /**
   * Once, when the model is loaded: whether what it declares to give is what this decoder reads and what the labels are for.
   * A dimension that is free (-1) says nothing; what comes of it shows in the first outputs.
   * @throws EdgeError LABELS_MISMATCH, MODEL_OUTPUT_MISMATCH
   */
  check(outputs: readonly TensorInfo[]): void;
  /** @throws EdgeError LABELS_MISMATCH, OUTPUT_INVALID */
  decode(outputs: readonly Tensor[]): Prediction[];
}

/** One member a kind of model; its schema is in src/config/model-manifest.ts. */
export type DecoderSpec = ClassificationSpec;

export function createDecoder(spec: DecoderSpec, context: DecoderContext): Decoder {
  return new ClassificationDecoder(spec, context);
}
