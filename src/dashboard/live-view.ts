import type { NativeResult } from '../publish/index.js';
import type { PipelineStatusMessage } from '../status-message.js';

/** What the live page is told, as JSON. Times are milliseconds since the epoch, by the clock of the device. */

export interface ResultView {
  readonly at: number;
  readonly frame: number;
  readonly name?: string;
  /** Best first; for the page, at most so many as it can show. */
  readonly predictions: NativeResult['predictions'];
  /** Milliseconds of each stage: capture, preprocess, infer, decode. */
  readonly ms: readonly [number, number, number, number];
  readonly rule?: string;
  /** Last reading of each channel, of a sensor. */
  readonly samples?: Readonly<Record<string, number>>;
}

export interface ActionView {
  readonly at: number;
  readonly rule: string;
  readonly type: string;
  readonly summary: string;
  readonly failure?: string;
}

/** Something that happened to the model of a pipeline. */
export interface ModelEventView {
  readonly at: number;
  readonly text: string;
  readonly failed: boolean;
}

export interface StatusView extends Pick<
  PipelineStatusMessage,
  'state' | 'model' | 'restarts' | 'counters' | 'published' | 'actions'
> {
  /** Frames, ticks and readings that gave no result. */
  readonly lost: number;
  readonly models: readonly ModelEventView[];
}

export interface PipelineView extends Omit<StatusView, 'actions'> {
  readonly name: string;
  readonly results: readonly ResultView[];
  /** The newest last. */
  readonly actions: readonly ActionView[];
}

export interface FaultView {
  readonly at: number;
  /** Undefined where the fault is the component's. */
  readonly pipeline?: string;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  /** How often in the last hour. */
  readonly count: number;
}

export interface VitalsView {
  readonly nucleus: 'connected' | 'away' | 'none';
  readonly uptimeSeconds: number;
  /** Proportional set size of the component and its pipeline processes, by Linux. */
  readonly memoryMegabytes: number;
  readonly spool?: { readonly depth: number; readonly lost: number };
  /** Samples of all pipelines; `queued` are all uploads that wait, those of actions included. */
  readonly feedback?: {
    readonly done: number;
    readonly queued: number;
    readonly refused: number;
    readonly lost: number;
  };
}

export interface Snapshot {
  readonly thing: string;
  readonly now: number;
  readonly vitals: VitalsView;
  readonly pipelines: readonly PipelineView[];
  readonly faults: readonly FaultView[];
}

/** What changes, one at a time, by the name of the event. */
export interface LiveEvents {
  result: { pipeline: string; result: ResultView };
  action: { pipeline: string; action: ActionView };
  /** Without a status: the pipeline is no more. */
  status: { pipeline: string; status?: StatusView };
  fault: FaultView;
  vitals: VitalsView;
}

export type LiveEvent = { [K in keyof LiveEvents]: [name: K, data: LiveEvents[K]] }[keyof LiveEvents];
