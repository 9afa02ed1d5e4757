import { EdgeError } from '../errors/index.js';
import { valuesOf } from '../tensor-values.js';
import type { Prediction, Tensor, TensorInfo } from '../types.js';
import type { AnomalySpec } from '../config/decoder.js';
import type { Decoder, DecoderContext } from './index.js';
import { rejectMeaningless } from './meaningless.js';

/** What the states are called where the manifest names no labels. */
export const defaultStates: readonly string[] = ['normal', 'anomaly'];

/**
 * One score, `[1, 1]` or `[1]`: 0 is as normal as can be. The state goes over to anomalous after `raiseAfter` scores in a row at or
 * above the threshold, and back after `clearAfter` below the clear threshold, so that a score that hovers raises one alarm and not
 * twenty. Its memory is that of one stream: a decoder belongs to one pipeline.
 */
export class AnomalyDecoder implements Decoder {
  readonly #spec: AnomalySpec;
  readonly #model: string;
  readonly #labels: readonly string[];
  #anomalous = false;
  /** Scores in a row that speak for the other state. */
  #against = 0;

  constructor(spec: AnomalySpec, context: DecoderContext) {
    this.#spec = spec;
    this.#model = context.model;
    this.#labels = context.labels.length === 0 ? defaultStates : context.labels;
  }

  check(outputs: readonly TensorInfo[]): void {
    const shape = outputs[0]?.shape ?? [];
    // Trees leave the number of rows free; one is sent at a time.
    this.#expectOne(
      shape.reduce((size, dimension) => size * Math.abs(dimension), 1),
      shape,
    );
    if (this.#labels.length !== 2)
      throw new EdgeError('LABELS_MISMATCH', { model: this.#model, labels: this.#labels.length, outputs: 2 });
  }

  /** Both labels, the one of the state first; its confidence is the score's distance from the threshold, 0.5..1. */
  decode(outputs: readonly Tensor[]): Prediction[] {
    const score = this.#scoreOf(outputs);
    const { threshold, clearThreshold = threshold, raiseAfter, clearAfter } = this.#spec;
    const speaksAgainst = this.#anomalous ? score < clearThreshold : score >= threshold;
    this.#against = speaksAgainst ? this.#against + 1 : 0;
    if (this.#against >= (this.#anomalous ? clearAfter : raiseAfter)) {
      this.#anomalous = !this.#anomalous;
      this.#against = 0;
    }
    const reference = this.#anomalous ? clearThreshold : threshold;
    const ratio = score / (score + reference);
    const confidence = Math.max(0.5, this.#anomalous ? ratio : 1 - ratio);
    const [normal = '', anomaly = ''] = this.#labels;
    const state = this.#anomalous ? anomaly : normal;
    const other = this.#anomalous ? normal : anomaly;
    return [
      { label: state, confidence, score },
      { label: other, confidence: 1 - confidence, score },
    ];
  }

  /** NaN, infinite, negative or exactly zero scores come from broken weights, memory or sensors: no decision may rest on them. */
  #scoreOf(outputs: readonly Tensor[]): number {
    const values = outputs[0] ? valuesOf(outputs[0]) : new Float32Array();
    this.#expectOne(values.length, outputs[0]?.shape ?? []);
    rejectMeaningless(this.#model, [values]);
    const score = values[0] ?? NaN;
    if (score < 0)
      throw new EdgeError('OUTPUT_INVALID', { model: this.#model, reason: `the score is ${score}` });
    return score;
  }

  #expectOne(size: number, shape: readonly number[]): void {
    if (size === 1) return;
    const details = { model: this.#model, expected: '[1, 1], the score', actual: `[${shape.join(', ')}]` };
    throw new EdgeError('MODEL_OUTPUT_MISMATCH', details);
  }
}
