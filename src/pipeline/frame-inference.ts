import { performance } from 'node:perf_hooks';
import type { Decoder } from '../decode/index.js';
import type { Engine } from '../engines/index.js';
import { toFrame, type Preprocessor } from '../preprocess/index.js';
import type { Frame, Normalization } from '../types.js';
import type { ModelIdentity, PipelineResult } from './result.js';

/** The stages that a model brings: everything between a frame and its predictions. */
export interface ModelStages {
  readonly model: ModelIdentity;
  readonly preprocessor: Preprocessor;
  readonly engine: Engine;
  readonly normalization: Normalization;
  readonly decoder: Decoder;
}

/** Takes one frame at a time through preprocessing, inference and decoding. */
export class FrameInference {
  readonly #stages: ModelStages;
  #busySince: number | undefined;

  constructor(stages: ModelStages) {
    this.#stages = stages;
  }

  /** How long the model's run in flight has taken, in ms; 0 where there is none. */
  get busyMs(): number {
    return this.#busySince === undefined ? 0 : performance.now() - this.#busySince;
  }

  /**
   * Releases the picture of the frame in every case.
   * @param captureMs how long the capture took, for the timings of the result
   * @throws EdgeError RUN_FAILED, OUTPUT_INVALID
   */
  async infer(frame: Frame, captureMs: number): Promise<PipelineResult> {
    const { engine, normalization, decoder, model } = this.#stages;
    const started = performance.now();
    const { pixels, geometry } = this.#preprocess(frame);
    const preprocessed = performance.now();
    this.#busySince = preprocessed;
    const outputs = await engine
      .run({ picture: pixels, normalization })
      .finally(() => (this.#busySince = undefined));
    const inferred = performance.now();
    const predictions = decoder.decode(outputs, { toFrame: (box) => toFrame(geometry, box) });
    return {
      model,
      frame: {
        id: frame.id,
        capturedAt: frame.capturedAt.toISOString(),
        width: frame.width,
        height: frame.height,
        ...(frame.name !== undefined && { name: frame.name }),
      },
      predictions,
      timingsMs: {
        capture: captureMs,
        preprocess: preprocessed - started,
        infer: inferred - preprocessed,
        decode: performance.now() - inferred,
      },
    };
  }

  async dispose(): Promise<void> {
    await this.#stages.engine.dispose();
  }

  #preprocess(frame: Frame) {
    try {
      return this.#stages.preprocessor.process(frame);
    } finally {
      frame.picture.release();
    }
  }
}
