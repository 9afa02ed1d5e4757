import type { DecoderSpec } from '../config/decoder.js';
import { detectSchema, type DetectConfig } from '../config/detect.js';
import type { Box, Prediction, Tensor, TensorInfo } from '../types.js';
import { AnomalyDecoder, defaultStates } from './anomaly.js';
import { ClassificationDecoder } from './classification.js';
import { DetectionDecoder } from './detection/decoder.js';

/** What a decoder needs to know of the model. */
export interface DecoderContext {
  readonly model: string;
  /** In the order of the outputs; empty where the manifest names none. */
  readonly labels: readonly string[];
  /** Size of the model's input in pixels. */
  readonly input: { readonly width: number; readonly height: number };
}

/** What a decoder may need to know of the frame that the outputs belong to. */
export interface FrameContext {
  /** From pixels of the model's input, [left, top, right, bottom], to the frame: undoes letterbox, crop and region. */
  toFrame(box: readonly [number, number, number, number]): Box;
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
  decode(outputs: readonly Tensor[], frame: FrameContext): Prediction[];
}

/** What the predictions of a model can be called, in its order; empty where only the model knows. */
export const labelsOf = ({ type }: DecoderSpec, labels: readonly string[]): readonly string[] =>
  type === 'anomaly' && labels.length === 0 ? defaultStates : labels;

/**
 * One decoder a kind of model; their specifications are in src/config/decoder.ts.
 * @param detect what the pipeline wants of detections, where the model gives any
 */
export function createDecoder(
  spec: DecoderSpec,
  context: DecoderContext,
  detect: DetectConfig = detectSchema.parse({}),
): Decoder {
  switch (spec.type) {
    case 'classification':
      return new ClassificationDecoder(spec, context);
    case 'yolox':
    case 'centernet':
    case 'ssd':
    case 'yolo3':
      return new DetectionDecoder(spec, context, detect);
    case 'anomaly':
      return new AnomalyDecoder(spec, context);
  }
}
