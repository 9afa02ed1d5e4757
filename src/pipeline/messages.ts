import type { EngineInfo } from '../engines/index.js';
import type { ModelIdentity, PipelineCounters, PipelineResult } from './result.js';
import type { PipelineReplies, PipelineRequest } from './requests.js';
import type { SourceStatus } from './source-health.js';
import type { PipelineSpec } from './spec.js';

export interface StartOptions {
  /** Run the model's golden samples before it is called ready. */
  readonly prove: boolean;
  /** Wait for `go` before the source is opened: another process may still hold the camera. */
  readonly hold: boolean;
  /** How many of the last frames it keeps, for those who ask for their pictures. */
  readonly keepFrames: number;
  /** Ids of frames count on from here, so that those of two processes of one pipeline differ. With `hold` that of `go` counts. */
  readonly framesBefore: number;
}

/** What a process is asked beside its work. Each `ask` has one answer, unless it is cancelled. */
export type RequestMessage =
  | { readonly type: 'ask'; readonly id: number; readonly request: PipelineRequest }
  | { readonly type: 'cancel'; readonly id: number };

/** An error as it crosses the process boundary: an EdgeError has its code and details. */
export interface Refusal {
  readonly code?: string;
  readonly details?: unknown;
  readonly message: string;
}

/** From the component to a pipeline process. */
export type ToPipeline =
  | { readonly type: 'start'; readonly spec: PipelineSpec; readonly options: StartOptions }
  | { readonly type: 'go'; readonly framesBefore: number }
  | { readonly type: 'keep-frames'; readonly limit: number }
  | RequestMessage
  /** What came on the topic of its source. */
  | { readonly type: 'readings'; readonly body: Uint8Array }
  | { readonly type: 'stop' };

/** A fault as it crosses the process boundary. */
export interface Fault {
  readonly code: string;
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

/** What a pipeline process tells by itself. */
export type PipelineNews =
  | {
      readonly type: 'alive';
      readonly counters?: PipelineCounters;
      readonly source?: SourceStatus;
      readonly busyMs: number;
    }
  | { readonly type: 'ready'; readonly model: ModelIdentity; readonly engine: EngineInfo }
  | { readonly type: 'result'; readonly result: PipelineResult }
  /** Costs a frame; the process goes on. */
  | { readonly type: 'fault'; readonly fault: Fault }
  /** The process is about to end because of it. */
  | { readonly type: 'failed'; readonly fault: Fault }
  /** The source came to its end. */
  | { readonly type: 'ended'; readonly counters: PipelineCounters };

/** From a pipeline process to the component. */
export type FromPipeline = PipelineNews | AnswerMessage;

/** How often a pipeline process says that its event loop turns. */
export const aliveIntervalMs = 500;
