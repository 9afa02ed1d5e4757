import type { YoloxSpec } from '../../config/decoder.js';
import { EdgeError } from '../../errors/index.js';
import type { Numbers } from '../../tensor-values.js';
import type { TensorInfo } from '../../types.js';
import type { DecoderContext } from '../index.js';
import { canBe, shapesOf, type Candidate, type CandidateReader, type DetectorOutput } from './candidate.js';

/** Before the classes: centre x, y, log width, log height, objectness. */
const leading = 5;

/**
 * The raw grid of YOLOX (as its `demo_utils.demo_postprocess` reads it): `[1, cells, 5 + classes]`, one row a cell, the grids of
 * all strides one after another, each row by row. Centre = (xy + cell) * stride, size = exp(wh) * stride, score = objectness *
 * the best class; both are probabilities already.
 */
export class YoloxReader implements CandidateReader {
  readonly zeroIsValid = false;
  readonly #spec: YoloxSpec;
  readonly #context: DecoderContext;
  readonly #cells: number;

  constructor(spec: YoloxSpec, context: DecoderContext) {
    this.#spec = spec;
    this.#context = context;
    const { width, height } = context.input;
    this.#cells = spec.strides.reduce(
      (sum, stride) => sum + Math.floor(width / stride) * Math.floor(height / stride),
      0,
    );
  }

  check(outputs: readonly TensorInfo[]): void {
    const { model, labels } = this.#context;
    const shape = outputs[0]?.shape ?? [];
    const width = leading + labels.length;
    if (shape.length !== 3 || !canBe(shape[1], this.#cells)) {
      const expected = `[1, ${this.#cells}, ${width}] of YOLOX`;
      throw new EdgeError('MODEL_OUTPUT_MISMATCH', { model, expected, actual: shapesOf(outputs) });
    }
    const classes = (shape[2] ?? 0) - leading;
    if (!canBe(shape[2], width))
      throw new EdgeError('LABELS_MISMATCH', { model, labels: labels.length, outputs: classes });
  }

  read([output]: readonly DetectorOutput[], minScore: number): Candidate[] {
    const { model, labels, input } = this.#context;
    const data = output?.data ?? new Float32Array();
    const rowLength = leading + labels.length;
    if (data.length !== this.#cells * rowLength)
      throw new EdgeError('OUTPUT_INVALID', {
        model,
        reason: `they have ${data.length} values instead of ${this.#cells} x ${rowLength}`,
      });
    const candidates: Candidate[] = [];
    let row = 0;
    for (const stride of this.#spec.strides) {
      const columns = Math.floor(input.width / stride);
      const cells = columns * Math.floor(input.height / stride);
      for (let cell = 0; cell < cells; cell++, row += rowLength) {
        const objectness = data[row + 4] as number;
        // No class is more than certain.
        if (objectness < minScore) continue;
        const label = bestOf(data, row + leading, labels.length);
        const score = objectness * (data[row + leading + label] as number);
        if (score < minScore) continue;
        const x = ((data[row] as number) + (cell % columns)) * stride;
        const y = ((data[row + 1] as number) + Math.floor(cell / columns)) * stride;
        const halfWidth = (Math.exp(data[row + 2] as number) * stride) / 2;
        const halfHeight = (Math.exp(data[row + 3] as number) * stride) / 2;
        const corners = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] as const;
        candidates.push({ corners, label, score });
      }
    }
    return candidates;
  }
}

/** Position of the largest of so many values; the first of equals. */
function bestOf(data: Numbers, start: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) {
    if ((data[start + index] as number) > (data[start + best] as number)) best = index;
  }
  return best;
}
