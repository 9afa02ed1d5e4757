import type { ModelIdentity, PipelineCounters } from './pipeline/result.js';
import type { Fault } from './pipeline/messages.js';
import type { PipelineState } from './pipeline/supervisor.js';
import type { PublishCounters } from './publish/index.js';

/** Something that happened to a pipeline. */
export type PipelineEvent =
  | { readonly type: 'state' }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'model-swapped'; readonly from: ModelIdentity | undefined; readonly to: ModelIdentity }
  | { readonly type: 'model-rejected'; readonly code: string; readonly message: string };

/** The state of a pipeline, as UTF-8 JSON in a binary message on the status topic. */
export interface PipelineStatusMessage {
  readonly version: 1;
  readonly thing: string;
  readonly pipeline: string;
  /** ISO 8601, UTC */
  readonly at: string;
  readonly event: PipelineEvent;
  readonly state: PipelineState | 'fetching-model';
  readonly model: ModelIdentity | undefined;
  readonly restarts: number;
  readonly lastFault: Fault | undefined;
  readonly counters: Readonly<Partial<PipelineCounters>>;
  readonly published: Readonly<PublishCounters>;
  readonly actions: { readonly done: number; readonly failed: number };
}
