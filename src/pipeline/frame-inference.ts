import { performance } from 'node:perf_hooks';
import type { Decoder } from '../decode/index.js';
import type { Engine, EngineInput } from '../engines/index.js';
import { toFrame, type PreprocessedPicture, type Preprocessor } from '../preprocess/index.js';
import type { Frame, Normalization, Tensor } from '../types.js';
import type { constantsOf } from './constants.js';
import type { ModelDescription } from './requests.js';
import type { ModelIdentity, PipelineResult } from './result.js';
import { InferenceTurns } from './turns.js';

/** The stages that a model brings: everything between a frame and its predictions. */
export interface ModelStages {
  readonly model: ModelIdentity;
  readonly preprocessor: Preprocessor;
  readonly engine: Engine;
  readonly normalization: Normalization;
  /** What a model of several inputs is given beside the picture. */
  readonly constants: ReturnType<typeof constantsOf>;
  readonly decoder: Decoder;
  /** Of the classes, in the order of the model. */
  readonly labels: readonly string[];
}

/** Runs the model once: takes a turn, or runs within one. */
type Run = (work: () => Promise<Tensor[]>) => Promise<Tensor[]>;

/** Takes one frame at a time through preprocessing, inference and decoding. */
export class FrameInference {
  readonly turns: InferenceTurns;
  readonly #stages: ModelStages;

  /** @param turns of the engine, where others run it too */
  constructor(stages: ModelStages, turns = new InferenceTurns()) {
    this.#stages = stages;
    this.turns = turns;
  }

  /** How long the model's run in flight has taken, in ms; 0 where there is none. */
  get busyMs(): number {
    return this.turns.busyMs;
  }

  get description(): ModelDescription {
    const { model, engine, labels } = this.#stages;
    const { backend, inputs, outputs } = engine.info;
    return { model, backend, inputs, outputs, labels };
  }

  /** Names of the model's outputs, in their order. */
  get outputNames(): readonly string[] {
    return this.#stages.engine.info.outputs.map(({ name }) => name);
  }

  /**
   * A frame of a source. Releases its picture in every case.
   * @param captureMs how long the capture took, for the timings of the result
   * @throws EdgeError RUN_FAILED, OUTPUT_INVALID
   */
  infer(frame: Frame, captureMs: number): Promise<PipelineResult> {
    return this.#infer(frame, captureMs, (work) => this.turns.frame(work));
  }

  /** The same within a turn that the caller has. */
  inferNow(frame: Frame, captureMs: number): Promise<PipelineResult> {
    return this.#infer(frame, captureMs, (work) => work());
  }

  /** Ready tensors, within a turn that the caller has. @throws EdgeError INPUT_INVALID, RUN_FAILED */
  runNow(tensors: Readonly<Record<string, Tensor>>): Promise<Tensor[]> {
    return this.#stages.engine.run({ tensors });
  }

  async #infer(frame: Frame, captureMs: number, run: Run): Promise<PipelineResult> {
    const { engine, normalization, constants, decoder, model } = this.#stages;
    const started = performance.now();
    const { pixels, geometry } = this.#preprocess(frame);
    const preprocessed = performance.now();
    let begun = preprocessed;
    const input: EngineInput = { picture: pixels, normalization, ...constants };
    const outputs = await run(() => {
      begun = performance.now();
      return engine.run(input);
    });
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
        infer: inferred - begun,
        decode: performance.now() - inferred,
      },
    };
  }

  async dispose(): Promise<void> {
    await this.#stages.engine.dispose();
  }

  #preprocess(frame: Frame): PreprocessedPicture {
    try {
      return this.#stages.preprocessor.process(frame);
    } finally {
      frame.picture.release();
    }
  }
}
