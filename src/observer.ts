import type { Fault } from './pipeline/messages.js';
import type { NativeResult } from './publish/index.js';
import type { PipelineStatusMessage } from './status-message.js';

/** What became of one action of a rule that fired. */
export interface ActionOutcome {
  readonly pipeline: string;
  readonly rule: string;
  /** Its type, as the configuration names it. */
  readonly type: string;
  /** What it did, in a few words: the topic, the command, the line. No secrets. */
  readonly summary: string;
  /** Why it failed; undefined where it was done. */
  readonly failure: string | undefined;
}

/**
 * Who looks on while the component works: the live page and the metrics. What is called here must be cheap and must not throw; it
 * has no say in anything.
 */
export interface Observer {
  /** Each result, after the rules have seen it. */
  onResult(result: NativeResult): void;
  onAction(outcome: ActionOutcome): void;
  /** The state of a pipeline, at each change and as a heartbeat, whether or not there is a status topic. */
  onStatus(message: PipelineStatusMessage): void;
  /** @param pipeline undefined: a fault of the component itself */
  onFault(pipeline: string | undefined, fault: Fault): void;
  /** The pipeline is no longer configured. */
  onRemoved(pipeline: string): void;
}
