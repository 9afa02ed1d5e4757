import type { EngineInfo } from '../engines/index.js';
import type { PassedOver } from '../models/index.js';
import type { PipelineReplies, PipelineRequest } from './requests.js';
import type { ModelIdentity, PipelineCounters, PipelineResult } from './result.js';
import type { SourceStatus } from './source-health.js';
import type { PipelineSpec } from './spec.js';

/** How a pipeline is started in its seat. */
export interface StartOptions {
  /** Run the model's golden samples before it is called ready. */
  readonly prove: boolean;
  /** Wait for `go` before the source is opened: another process may still hold the camera. */
  readonly hold: boolean;
  /** How many of the last frames it keeps, for those who ask for their pictures. */
  readonly keepFrames: number;
  /** Ids of frames count on from here, so that those of two seats of one pipeline differ. With `hold` that of `go` counts. */
  readonly framesBefore: number;
  /** Where in the interval it ticks, 0..1: pipelines should not all tick at the same instant. */
  readonly phase: number;
}

/** What a process is asked beside its work. Each `ask` has one answer, unless it is cancelled. */
export type RequestMessage =
  | { readonly type: 'ask'; readonly id: number; readonly request: PipelineRequest }
  | { readonly type: 'cancel'; readonly id: number };

/** From the component to one pipeline. */
export type ToSeat =
  | { readonly type: 'start'; readonly spec: PipelineSpec; readonly options: StartOptions }
  | { readonly type: 'go'; readonly framesBefore: number }
  | { readonly type: 'keep-frames'; readonly limit: number }
  /** Close the source, since another process is to have it, and wait for `resume`. */
  | { readonly type: 'release' }
  | { readonly type: 'resume' }
  /** What came on the topic of its source. */
  | { readonly type: 'readings'; readonly body: Uint8Array }
  | { readonly type: 'stop' }
  | RequestMessage;

/** From the component to a process: to one of the pipelines that have a seat in it, or to leave, all seats being free. */
export type ToProcess =
  { readonly type: 'seat'; readonly seat: number; readonly message: ToSeat } | { readonly type: 'leave' };

/** A fault as it crosses the process boundary. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** An error as it crosses the process boundary: an EdgeError has its code and details. */
export interface Refusal {
  readonly code?: string;
  readonly details?: unknown;
  readonly message: string;
}

/** The answer to an `ask`. */
export type AnswerMessage =
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly reply: PipelineReplies[PipelineRequest['type']];
    }
  | { readonly type: 'refusal'; readonly id: number; readonly refusal: Refusal };

/** A model that is loaded, and proven where it had to be. */
export interface Readiness {
  readonly model: ModelIdentity;
  /** Targets that were to be used before it, and are no good in this process. */
  readonly passedOver: readonly PassedOver[];
}

/** What a pipeline process tells of a pipeline by itself. */
export type PipelineNews =
  | { readonly type: 'counters'; readonly counters: PipelineCounters }
  | ({ readonly type: 'ready'; readonly engine: EngineInfo } & Readiness)
  | { readonly type: 'result'; readonly result: PipelineResult }
  /** Costs a frame; the pipeline goes on. */
  | { readonly type: 'fault'; readonly fault: Fault }
  /** The pipeline is about to leave its seat because of it. */
  | { readonly type: 'failed'; readonly fault: Fault }
  /** The source is closed, as it was asked to. */
  | { readonly type: 'released' }
  /** The source came to its end. */
  | { readonly type: 'ended' };

/** From one pipeline to the component; `left` is its last word. */
export type FromSeat = PipelineNews | AnswerMessage | { readonly type: 'left' };

/** How a pipeline is, each time that its process says that it is alive. */
export interface Pulse {
  /** How long its inference in flight has taken, in ms; 0 where there is none. */
  readonly busyMs: number;
  /** Undefined until it has its source. */
  readonly counters: PipelineCounters | undefined;
  readonly source: SourceStatus | undefined;
}

/** From a pipeline process to the component. */
export type FromProcess =
  | { readonly type: 'seat'; readonly seat: number; readonly message: FromSeat }
  | { readonly type: 'alive'; readonly pulses: ReadonlyMap<number, Pulse> };

/** How often a pipeline process says that its event loop turns. */
export const aliveIntervalMs = 500;
