import { performance } from 'node:perf_hooks';
import type { Decoder, FrameContext } from '../decode/index.js';
import type { Engine, EngineInput } from '../engines/index.js';
import { EdgeError } from '../errors/index.js';
import { toFrame, type Preprocessor } from '../preprocess/index.js';
import type { Frame, Normalization, Tensor } from '../types.js';
import type { constantsOf } from './constants.js';
import type { ModelDescription } from './requests.js';
import type { ModelIdentity, PipelineResult, ResultFrame } from './result.js';
import { InferenceTurns } from './turns.js';

/** The stages that a model brings: everything between a frame and its predictions. */
export interface ModelStages {
  readonly model: ModelIdentity;
  readonly task: ModelDescription['task'];
  readonly preprocessor: Preprocessor;
  readonly engine: Engine;
  /** Of a model that takes pictures. */
  readonly normalization: Normalization | undefined;
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
  #busySince: number | undefined;

  /** @param turns of the engine, where others run it too */
  constructor(stages: ModelStages, turns = new InferenceTurns()) {
    this.#stages = stages;
    this.turns = turns;
  }

  /** How long our own run of the model that is in flight has taken, in ms; 0 where there is none. */
  get busyMs(): number {
    return this.#busySince === undefined ? 0 : performance.now() - this.#busySince;
  }

  get description(): ModelDescription {
    const { model, task, engine, labels } = this.#stages;
    const { backend, inputs, outputs } = engine.info;
    return { model, task, backend, inputs, outputs, labels };
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
    return this.#run({ tensors });
  }

  async #infer(frame: Frame, captureMs: number, run: Run): Promise<PipelineResult> {
    const { decoder, model } = this.#stages;
    const started = performance.now();
    const { input, context } = this.#preprocess(frame);
    const preprocessed = performance.now();
    let begun = preprocessed;
    const outputs = await run(() => {
      begun = performance.now();
      return this.#run(input);
    });
    const inferred = performance.now();
    const predictions = decoder.decode(outputs, context);
    return {
      model,
      frame: describe(frame),
      predictions,
      timingsMs: {
        capture: captureMs,
        preprocess: preprocessed - started,
        infer: inferred - begun,
        decode: performance.now() - inferred,
      },
    };
  }

  async #run(input: EngineInput): Promise<Tensor[]> {
    this.#busySince = performance.now();
    try {
      return await this.#stages.engine.run(input);
    } finally {
      this.#busySince = undefined;
    }
  }

  async dispose(): Promise<void> {
    await this.#stages.engine.dispose();
  }

  #preprocess(frame: Frame): { input: EngineInput; context: FrameContext } {
    const { preprocessor, normalization, constants } = this.#stages;
    try {
      const prepared = preprocessor.process(frame);
      if ('tensors' in prepared) return { input: prepared, context: withoutPlaces };
      const { pixels, geometry } = prepared;
      if (!normalization) throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'samples', got: 'pictures' });
      return {
        input: { picture: pixels, normalization, ...constants },
        context: { toFrame: (box) => toFrame(geometry, box) },
      };
    } finally {
      if (frame.kind === 'picture') frame.picture.release();
    }
  }
}

/** Windows of samples have no places. */
const withoutPlaces: FrameContext = {
  toFrame: () => {
    throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'pictures', got: 'samples' });
  },
};

/** What a result says of its frame. */
function describe(frame: Frame): ResultFrame {
  const { id, capturedAt, name } = frame;
  const common = { id, capturedAt: capturedAt.toISOString(), ...(name !== undefined && { name }) };
  if (frame.kind === 'picture') return { ...common, width: frame.width, height: frame.height };
  const { from, to, count, channels, samples, filled } = frame;
  const times = { from: from.toISOString(), to: to.toISOString() };
  const last = Array.from(samples.subarray(samples.length - channels.length));
  return { ...common, ...times, samples: count, channels, last, filled };
}
