import type { ModelIdentity, PipelineCounters } from './pipeline/result.js';
import type { Fault } from './pipeline/messages.js';
import type { PipelineState } from './pipeline/ledger.js';
import type { SourceStatus } from './pipeline/source-health.js';
import type { DriftReport } from './drift/index.js';
import type { SampleCounts } from './feedback/index.js';
import { fillInTopic, type PublishCounters, type Transport } from './publish/index.js';
import { describeError } from './errors/index.js';
import type { SpoolStatus } from './spool/index.js';
import type { ActionsStatus } from './pipeline-actions.js';
import type { Observer } from './observer.js';
import type { PassedOver } from './models/index.js';
import type { Logger } from './logger.js';
import type { TargetChoice, WalkStep } from './selection/index.js';

/** Something that happened to a pipeline. */
export type PipelineEvent =
  | { readonly type: 'state' }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'model-swapped'; readonly from: ModelIdentity | undefined; readonly to: ModelIdentity }
  /** The targets of a model were tried, and one of them is used. */
  | {
      readonly type: 'target-chosen';
      readonly target: string;
      readonly because: TargetChoice['because'];
      readonly targets: readonly WalkStep[];
    }
  /** Targets that were to be used first are no good in the pipeline's process; `target` has passed the golden samples in their place. */
  | {
      readonly type: 'target-passed-over';
      readonly target: string;
      readonly passedOver: readonly PassedOver[];
    }
  | { readonly type: 'model-rejected'; readonly code: string; readonly message: string }
  | ({ readonly type: 'drift' } & DriftReport);

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
  readonly source?: SourceStatus | undefined;
  readonly restarts: number;
  readonly lastFault: Fault | undefined;
  readonly counters: Readonly<Partial<PipelineCounters>>;
  readonly published: Readonly<PublishCounters>;
  readonly actions: Pick<ActionsStatus, 'done' | 'failed'> & Partial<ActionsStatus>;
  /** What waits for the cloud, all pipelines together. */
  readonly spool?: SpoolStatus | undefined;
  /** What became of the samples of this pipeline, where it takes any. */
  readonly feedback?: SampleCounts | undefined;
}

/** Publishes the state of one pipeline. A status that cannot be sent is no reason to stop: the next heartbeat comes. */
export class StatusReporter {
  readonly #names: { readonly thingName: string; readonly pipeline: string };
  readonly #transport: Transport;
  readonly #logger: Logger;
  readonly #observer: Observer | undefined;

  constructor(
    names: { thingName: string; pipeline: string },
    transport: Transport,
    logger: Logger,
    observer?: Observer,
  ) {
    this.#names = names;
    this.#transport = transport;
    this.#logger = logger;
    this.#observer = observer;
  }

  /** @param topic null: only the observer is told */
  report(
    topic: string | null,
    event: PipelineEvent,
    status: Pick<PipelineStatusMessage, 'state' | 'model' | 'source' | 'restarts' | 'lastFault' | 'counters'>,
    output: Pick<PipelineStatusMessage, 'published' | 'actions' | 'spool' | 'feedback'>,
  ): void {
    const { thingName: thing, pipeline } = this.#names;
    const { state, model, source, restarts, lastFault, counters } = status;
    const at = new Date().toISOString();
    const message: PipelineStatusMessage = {
      version: 1,
      thing,
      pipeline,
      at,
      event,
      state,
      model,
      source,
      restarts,
      lastFault,
      counters,
      ...output,
    };
    this.#observer?.onStatus(message);
    if (topic === null) return;
    this.#transport
      .publish(fillInTopic(topic, this.#names), JSON.stringify(message))
      .catch((error: unknown) =>
        this.#logger.debug(`The status could not be published. ${describeError(error)}`),
      );
  }
}
