import type { DetectionSpec } from '../../config/decoder.js';
import type { DetectConfig } from '../../config/detect.js';
import { EdgeError } from '../../errors/index.js';
import { valuesOf } from '../../tensor-values.js';
import type { Box, Prediction, Tensor, TensorInfo } from '../../types.js';
import type { Decoder, DecoderContext, FrameContext } from '../index.js';
import { rejectMeaningless } from '../meaningless.js';
import { standsInside } from './areas.js';
import type { Candidate, CandidateReader } from './candidate.js';
import { CenterNetReader } from './centernet.js';
import { ListReader } from './listed.js';
import { withoutDoubles } from './overlap.js';
import { YoloxReader } from './yolox.js';

/** From the outputs of a detector to boxes in the frame: thresholds, doubles, labels, areas; best first. */
export class DetectionDecoder implements Decoder {
  readonly #context: DecoderContext;
  readonly #reader: CandidateReader;
  readonly #minScore: number;
  readonly #maxOverlap: number;
  readonly #maxDetections: number;
  readonly #config: DetectConfig;
  readonly #wanted: ReadonlySet<string>;

  /** @throws EdgeError DETECT_LABELS_UNKNOWN where the pipeline wants labels that the model does not know */
  constructor(spec: DetectionSpec, context: DecoderContext, config: DetectConfig) {
    const { model, labels } = context;
    const unknown = config.labels?.filter((label) => !labels.includes(label)) ?? [];
    if (unknown.length > 0) throw new EdgeError('DETECT_LABELS_UNKNOWN', { model, unknown, known: labels });
    this.#context = context;
    this.#config = config;
    this.#reader = readerFor(spec, context);
    this.#minScore = config.minConfidence ?? spec.scoreThreshold;
    this.#maxOverlap = config.maxOverlap ?? spec.overlapThreshold;
    this.#maxDetections = config.maxDetections ?? spec.maxDetections;
    this.#wanted = new Set(config.labels ?? labels);
  }

  check(outputs: readonly TensorInfo[]): void {
    this.#reader.check(outputs);
  }

  decode(outputs: readonly Tensor[], frame: FrameContext): Prediction[] {
    const values = outputs.map((output) => ({ shape: output.shape, data: valuesOf(output) }));
    rejectMeaningless(
      this.#context.model,
      values.map(({ data }) => data),
      this.#reader.zeroIsValid,
    );
    return withoutDoubles(this.#reader.read(values, this.#minScore), this.#maxOverlap)
      .map((candidate) => this.#toPrediction(candidate, frame))
      .filter(({ label, box }) => this.#wanted.has(label) && standsInside(box, this.#config))
      .slice(0, this.#maxDetections);
  }

  #toPrediction({ corners, label, score }: Candidate, frame: FrameContext): Prediction & { box: Box } {
    const { model, labels } = this.#context;
    const name = labels[label];
    if (name === undefined)
      throw new EdgeError('LABELS_MISMATCH', { model, labels: labels.length, outputs: label + 1 });
    if (!corners.every(Number.isFinite))
      throw new EdgeError('OUTPUT_INVALID', { model, reason: `a box is [${corners.join(', ')}]` });
    return { label: name, confidence: Math.min(1, score), box: frame.toFrame(corners) };
  }
}

function readerFor(spec: DetectionSpec, context: DecoderContext): CandidateReader {
  switch (spec.type) {
    case 'yolox':
      return new YoloxReader(spec, context);
    case 'centernet':
      return new CenterNetReader(spec, context);
    case 'ssd':
    case 'yolo3':
      return new ListReader(spec, context);
  }
}
