import type { CenterNetSpec } from '../../config/decoder.js';
import { EdgeError } from '../../errors/index.js';
import type { Numbers } from '../../tensor-values.js';
import type { TensorInfo } from '../../types.js';
import type { DecoderContext } from '../index.js';
import { canBe, shapesOf, type Candidate, type CandidateReader, type DetectorOutput } from './candidate.js';

/** Where the outputs stand: the finished list, or the two maps that it is made from. */
type Positions = { readonly list: number } | { readonly heat: number; readonly distances: number };

/**
 * CenterNet with the four distances of TTFNet. Either the finished detections `[1, N, 6]`, rows of left, top, right, bottom
 * (pixels of the input), score and class; or the two maps that those are made from: probabilities `[1, rows, columns, classes]`,
 * of which a place counts that is the largest of its 3 x 3 neighbourhood, and distances `[1, rows, columns, 4]` in pixels from
 * that place times the stride to the left, top, right and bottom edge.
 */
export class CenterNetReader implements CandidateReader {
  readonly zeroIsValid = false;
  readonly #stride: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #context: DecoderContext;

  constructor({ stride }: CenterNetSpec, context: DecoderContext) {
    this.#stride = stride;
    this.#columns = Math.floor(context.input.width / stride);
    this.#rows = Math.floor(context.input.height / stride);
    this.#context = context;
  }

  check(outputs: readonly TensorInfo[]): void {
    const { model, labels } = this.#context;
    if (this.#find(outputs)) return;
    const map = `1, ${this.#rows}, ${this.#columns}`;
    throw new EdgeError('MODEL_OUTPUT_MISMATCH', {
      model,
      expected: `[1, N, 6], or [${map}, ${labels.length}] and [${map}, 4], of CenterNet`,
      actual: shapesOf(outputs),
    });
  }

  read(outputs: readonly DetectorOutput[], minScore: number): Candidate[] {
    const found = this.#find(outputs);
    if (!found) {
      const reason = `they have the shapes ${shapesOf(outputs)}`;
      throw new EdgeError('OUTPUT_INVALID', { model: this.#context.model, reason });
    }
    const dataOf = (position: number): Numbers => outputs[position]?.data ?? new Float32Array();
    if ('list' in found) return fromRows(dataOf(found.list), minScore);
    return this.#fromMaps(dataOf(found.heat), dataOf(found.distances), minScore);
  }

  #find(outputs: readonly { readonly shape: readonly number[] }[]): Positions | undefined {
    const list = outputs.findIndex(({ shape }) => shape.length === 3 && shape[2] === 6);
    if (list >= 0) return { list };
    const isMap = (shape: readonly number[], channels: number) =>
      shape.length === 4 &&
      canBe(shape[1], this.#rows) &&
      canBe(shape[2], this.#columns) &&
      shape[3] === channels;
    const heat = outputs.findIndex(({ shape }) => isMap(shape, this.#context.labels.length));
    const distances = outputs.findIndex(({ shape }, index) => index !== heat && isMap(shape, 4));
    return heat >= 0 && distances >= 0 ? { heat, distances } : undefined;
  }

  #fromMaps(scores: Numbers, distances: Numbers, minScore: number): Candidate[] {
    const classes = this.#context.labels.length;
    const candidates: Candidate[] = [];
    for (let at = 0; at < scores.length; at++) {
      const score = scores[at] as number;
      if (score < minScore || !this.#isPeak(scores, at)) continue;
      const place = Math.floor(at / classes);
      const x = (place % this.#columns) * this.#stride;
      const y = Math.floor(place / this.#columns) * this.#stride;
      const [left = 0, top = 0, right = 0, bottom = 0] = distances.subarray(4 * place, 4 * place + 4);
      candidates.push({
        corners: [x - left, y - top, x + right, y + bottom],
        label: at % classes,
        score,
      });
    }
    return candidates;
  }

  /** Whether no neighbour of the same class is larger. */
  #isPeak(scores: Numbers, at: number): boolean {
    const classes = this.#context.labels.length;
    const place = Math.floor(at / classes);
    const [column, row] = [place % this.#columns, Math.floor(place / this.#columns)];
    for (let y = Math.max(0, row - 1); y <= Math.min(this.#rows - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(this.#columns - 1, column + 1); x++) {
        const neighbour = scores[(y * this.#columns + x) * classes + (at % classes)] as number;
        if (neighbour > (scores[at] as number)) return false;
      }
    }
    return true;
  }
}

function fromRows(data: Numbers, minScore: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let row = 0; row + 6 <= data.length; row += 6) {
    const [left = 0, top = 0, right = 0, bottom = 0, score = 0, label = 0] = data.subarray(row, row + 6);
    if (score >= minScore) candidates.push({ corners: [left, top, right, bottom], label, score });
  }
  return candidates;
}
