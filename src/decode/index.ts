import type { Prediction, Tensor } from '../types.js';
import { ClassificationDecoder, type ClassificationSpec } from './classification.js';

/** What a decoder needs to know of the model. */
export interface DecoderContext {
  readonly model: string;
  readonly labels: readonly string[];
}

/** From a model's raw outputs to predictions, best first. */
export interface Decoder {
  /** @throws EdgeError LABELS_MISMATCH, OUTPUT_INVALID */
  decode(outputs: readonly Tensor[]): Prediction[];
}

export type DecoderSpec = ClassificationSpec;

export function createDecoder(spec: DecoderSpec, context: DecoderContext): Decoder {
  return new ClassificationDecoder(spec, context);
}
