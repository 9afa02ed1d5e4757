import { performance } from 'node:perf_hooks';
import { isEdgeError } from '../errors/index.js';
import type { MotionGate } from '../preprocess/motion-gate.js';
import type { Tracker } from '../track/tracker.js';
import type { Frame } from '../types.js';
import type { FrameInference } from './frame-inference.js';
import { KeptFrames } from './kept-frames.js';
import { Pause } from './pause.js';
import type { PipelineCounters, PipelineResult } from './result.js';
import type { SourceStatus } from './source-health.js';
import type { Ticker } from './ticker.js';
import type { WatchedSource } from './watched-source.js';

export interface PipelineEvents {
  onResult(result: PipelineResult): void;
  /** A fault that costs one frame or tick; it has been counted. */
  onFault(error: unknown): void;
}

export interface FrameOptions {
  /** So many of the last frames can be asked for. @default 0 */
  readonly keepFrames?: number;
  /** Ids of frames count on from here. @default 0 */
  readonly framesBefore?: number;
  /** Decides which frames are worth an inference. @default all are */
  readonly gate?: MotionGate | undefined;
  /** Numbers the objects of detections. */
  readonly tracker?: Tracker | undefined;
}

/** As many inferences in a row may fail before the process gives up and is replaced by a fresh one. */
const maxFailuresInARow = 10;

/** A tick at a time: the newest frame of the source, through the model, to whoever listens. */
export class Pipeline {
  readonly frames: KeptFrames;
  readonly #source: WatchedSource;
  readonly #ticker: Ticker;
  readonly #inference: FrameInference;
  readonly #events: PipelineEvents;
  readonly #framesBefore: number;
  readonly #gate: MotionGate | undefined;
  readonly #tracker: Tracker | undefined;
  #pause: Pause | undefined;
  /** Ends the wait for a tick or a frame when the pipeline is to end, or to give its source up. */
  #interrupt = new AbortController();
  readonly #counts = { inferred: 0, framesStill: 0, inferenceFaults: 0, outputsInvalid: 0 };
  #failuresInARow = 0;

  constructor(
    source: WatchedSource,
    ticker: Ticker,
    inference: FrameInference,
    events: PipelineEvents,
    { keepFrames = 0, framesBefore = 0, gate, tracker }: FrameOptions = {},
  ) {
    this.frames = new KeptFrames(keepFrames);
    this.#framesBefore = framesBefore;
    this.#gate = gate;
    this.#tracker = tracker;
    this.#source = source;
    this.#ticker = ticker;
    this.#inference = inference;
    this.#events = events;
  }

  /** How long the inference in flight has taken, in ms; 0 where there is none. */
  get busyMs(): number {
    return this.#inference.busyMs;
  }

  get sourceStatus(): SourceStatus {
    return this.#source.status;
  }

  get counters(): PipelineCounters {
    const { captured, superseded, unreadable, reopened, sensor } = this.#source.counters;
    return {
      ...this.#counts,
      ...sensor,
      captured,
      ticksMissed: this.#ticker.missed,
      framesSuperseded: superseded,
      picturesUnreadable: unreadable,
      sourceFaults: this.#source.faults,
      sourceReopened: reopened,
    };
  }

  /** Works until the signal ends it or the source does. @throws what makes going on pointless */
  async run(signal: AbortSignal): Promise<void> {
    const forget = this.#inference.turns.expectFrames(() => this.#ticker.dueAt);
    const stop = (): void => this.#interrupt.abort();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const pause = this.#pause;
        if (pause) await this.#standBack(pause, signal);
        else if (!(await this.#tick(this.#interrupt.signal))) return;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      forget();
      this.frames.clear();
      await this.#source.stop();
    }
  }

  /** Gives the source up, after the frame in progress, until `resume`: another process is to have it. */
  release(): Promise<void> {
    this.#pause ??= new Pause();
    this.#interrupt.abort();
    return this.#pause.begun;
  }

  resume(): void {
    this.#pause?.end();
    this.#pause = undefined;
    this.#interrupt = new AbortController();
  }

  async #standBack(pause: Pause, signal: AbortSignal): Promise<void> {
    await this.#source.stop();
    pause.begin();
    await pause.over(signal);
  }

  /** @returns false where the source came to its end */
  async #tick(signal: AbortSignal): Promise<boolean> {
    if (!(await this.#ticker.next(signal))) return true;
    const started = performance.now();
    const frame = await this.#source.capture(signal);
    if (frame === 'ended') return signal.aborted;
    if (!frame) return true;
    if (frame.kind === 'picture' && this.#gate?.passes(frame.picture, started) === false) {
      this.#counts.framesStill++;
      frame.picture.release();
      return true;
    }
    const numbered = { ...frame, id: this.#framesBefore + frame.id };
    await this.#handle(numbered, performance.now() - started);
    return true;
  }

  async #handle(frame: Frame, captureMs: number): Promise<void> {
    const held = this.frames.hold(frame);
    try {
      const result = this.#tracked(await this.#inference.infer(frame, captureMs));
      if (held) this.frames.add(held);
      this.#counts.inferred++;
      this.#failuresInARow = 0;
      this.#events.onResult(result);
    } catch (error) {
      held?.release();
      const meaningless = isEdgeError(error) && error.code === 'OUTPUT_INVALID';
      this.#counts[meaningless ? 'outputsInvalid' : 'inferenceFaults']++;
      this.#events.onFault(error);
      if (++this.#failuresInARow >= maxFailuresInARow) throw error;
    }
  }

  #tracked(result: PipelineResult): PipelineResult {
    if (!this.#tracker) return result;
    return { ...result, predictions: this.#tracker.update(result.predictions, performance.now()) };
  }
}
