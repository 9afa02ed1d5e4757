import type { Numbers } from '../../tensor-values.js';
import type { TensorInfo } from '../../types.js';

/** Left, top, right, bottom in pixels of the model's input. */
export type Corners = readonly [left: number, top: number, right: number, bottom: number];

/** A detection as the model gives it. */
export interface Candidate {
  readonly corners: Corners;
  /** Position of its label. */
  readonly label: number;
  /** 0..1 */
  readonly score: number;
}

/** An output of the model by value, whatever its type was. */
export interface DetectorOutput {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Reads the outputs of one kind of detector. */
export interface CandidateReader {
  /** Outputs of nothing but zeros are this model's way to say that nothing is there. */
  readonly zeroIsValid: boolean;
  /** Whether these are the outputs that it reads. @throws EdgeError MODEL_OUTPUT_MISMATCH, LABELS_MISMATCH */
  check(outputs: readonly TensorInfo[]): void;
  /** All detections with at least that score, in the order of the outputs. @throws EdgeError OUTPUT_INVALID */
  read(outputs: readonly DetectorOutput[], minScore: number): Candidate[];
}

/** Whether a declared dimension can be this size; -1 is free. */
export const canBe = (declared: number | undefined, size: number): boolean =>
  declared === size || (declared !== undefined && declared < 0);

/** `[1, 3549, 85]`, for messages. */
export const shapesOf = (outputs: readonly { readonly shape: readonly number[] }[]): string =>
  outputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ') || 'nothing';
