import { EdgeError } from '../errors/index.js';
import { valuesOf } from '../tensor-values.js';
import type { Prediction, Tensor, TensorInfo } from '../types.js';
import type { ClassificationSpec } from '../config/decoder.js';
import { activate } from './activation.js';
import type { Decoder, DecoderContext } from './index.js';
import { rejectMeaningless } from './meaningless.js';

/** One probability a class, `[1, classes]` or `[classes]`: every class comes back, the most probable first. */
export class ClassificationDecoder implements Decoder {
  readonly #spec: ClassificationSpec;
  readonly #context: DecoderContext;

  constructor(spec: ClassificationSpec, context: DecoderContext) {
    this.#spec = spec;
    this.#context = context;
  }

  check(outputs: readonly TensorInfo[]): void {
    const { model, labels } = this.#context;
    // The first dimension may be a batch of any size: one picture is sent at a time.
    const [first = 1, ...others] = outputs[0]?.shape ?? [0];
    if (others.some((size) => size < 0)) return;
    const classes = others.reduce((a, b) => a * b, Math.abs(first));
    if (classes !== labels.length)
      throw new EdgeError('LABELS_MISMATCH', { model, labels: labels.length, outputs: classes });
  }

  decode(outputs: readonly Tensor[]): Prediction[] {
    const { model, labels } = this.#context;
    // Sums of float32 would not add up to 1.
    const values = Float64Array.from(outputs[0] ? valuesOf(outputs[0]) : []);
    if (values.length !== labels.length) {
      throw new EdgeError('LABELS_MISMATCH', { model, labels: labels.length, outputs: values.length });
    }
    rejectMeaningless(model, [values]);
    return [...activate(values, this.#spec.activation)]
      .map((confidence, index) => ({ label: labels[index] ?? '', confidence }))
      .sort((a, b) => b.confidence - a.confidence);
  }
}
