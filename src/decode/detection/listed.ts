import type { SsdSpec, Yolo3Spec } from '../../config/decoder.js';
import { EdgeError } from '../../errors/index.js';
import type { TensorInfo } from '../../types.js';
import type { DecoderContext } from '../index.js';
import {
  shapesOf,
  type Candidate,
  type CandidateReader,
  type Corners,
  type DetectorOutput,
} from './candidate.js';

/**
 * Finished detections in three lists: SSD as most exporters write it (boxes, scores, classes), and YOLO3 as GluonCV and Neo do
 * (ids, scores, boxes in pixels; unused places have the id -1). SageMaker's own SSD puts all into one list `[1, N, 6]`: class,
 * score, left, top, right, bottom as fractions.
 */
export class ListReader implements CandidateReader {
  readonly zeroIsValid = true;
  readonly #spec: SsdSpec | Yolo3Spec;
  readonly #context: DecoderContext;

  constructor(spec: SsdSpec | Yolo3Spec, context: DecoderContext) {
    this.#spec = spec;
    this.#context = context;
  }

  check(outputs: readonly TensorInfo[]): void {
    if (this.#isOneList(outputs)) return;
    const { boxes, scores, classes } = this.#spec.outputs;
    const fits = outputs[boxes]?.shape.at(-1) === 4 && outputs[scores] && outputs[classes];
    if (fits) return;
    throw new EdgeError('MODEL_OUTPUT_MISMATCH', {
      model: this.#context.model,
      expected: `${boxes} [1, N, 4] with boxes, ${scores} with scores and ${classes} with classes`,
      actual: shapesOf(outputs),
    });
  }

  read(outputs: readonly DetectorOutput[], minScore: number): Candidate[] {
    const [boxes, scores, classes] = this.#lists(outputs);
    if (boxes.length !== 4 * scores.length || classes.length !== scores.length)
      throw new EdgeError('OUTPUT_INVALID', {
        model: this.#context.model,
        reason: `they have ${boxes.length / 4} boxes, ${scores.length} scores and ${classes.length} classes`,
      });
    const candidates: Candidate[] = [];
    for (const [index, score] of scores.entries()) {
      const label = Math.round(classes[index] as number) - this.#spec.firstClass;
      // -1 (and the background, 0, where classes begin at 1) marks a place that is not used.
      if (score < minScore || label < 0) continue;
      candidates.push({ corners: this.#corners(boxes.slice(4 * index, 4 * index + 4)), label, score });
    }
    return candidates;
  }

  #isOneList(outputs: readonly { readonly shape: readonly number[] }[]): boolean {
    return this.#spec.type === 'ssd' && outputs.length === 1 && outputs[0]?.shape.at(-1) === 6;
  }

  #lists(outputs: readonly DetectorOutput[]): [boxes: number[], scores: number[], classes: number[]] {
    const listOf = (position: number): number[] => Array.from(outputs[position]?.data ?? []);
    if (!this.#isOneList(outputs)) {
      const { boxes, scores, classes } = this.#spec.outputs;
      return [listOf(boxes), listOf(scores), listOf(classes)];
    }
    const values = listOf(0);
    return [
      values.filter((_, at) => at % 6 >= 2),
      values.filter((_, at) => at % 6 === 1),
      values.filter((_, at) => at % 6 === 0),
    ];
  }

  #corners([a = 0, b = 0, c = 0, d = 0]: number[]): Corners {
    if (this.#spec.type === 'yolo3') return [a, b, c, d];
    const [left, top, right, bottom] = this.#spec.boxOrder === 'yxyx' ? [b, a, d, c] : [a, b, c, d];
    if (this.#spec.boxUnit === 'pixel') return [left, top, right, bottom];
    const { width, height } = this.#context.input;
    return [left * width, top * height, right * width, bottom * height];
  }
}
