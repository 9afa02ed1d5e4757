import type { Logger } from './logger.js';
import type { PassedOver } from './models/index.js';
import type { Readiness } from './pipeline/messages.js';
import type { TargetChoice } from './selection/index.js';
import type { PipelineEvent } from './status-message.js';

/** Runtimes may say a lot, and a message must stay below 6,000 bytes. */
const longestReason = 400;

/** Says which targets of a pipeline's models are used, and which are not although they could be: in the log, on the status topic and as a counter. */
export class TargetReport {
  readonly #tell: (event: PipelineEvent) => void;
  readonly #logger: Logger;
  #passedOver = 0;

  constructor(tell: (event: PipelineEvent) => void, logger: Logger) {
    this.#tell = tell;
    this.#logger = logger;
  }

  /** Targets that were tried and are no good, since the component started. */
  get passedOver(): number {
    return this.#passedOver;
  }

  /** The targets of a model were tried. What does not fit this machine is no fault. */
  chosen({ target, because, steps }: TargetChoice): void {
    const failed = steps.filter(({ outcome }) => outcome === 'failed');
    this.#warn(failed.map(({ reason = '', ...step }) => ({ ...step, reason })));
    if (steps.every(({ outcome }) => outcome === 'unfit')) return;
    this.#logger.info({ target, targets: steps }, 'the targets of the model were tried');
    this.#tell({ type: 'target-chosen', target, because, targets: steps.map(brief) });
  }

  /** The chosen target is no good in the pipeline's process after all, and another one took its place. */
  replaced({ model: { target }, passedOver }: Readiness): void {
    if (passedOver.length === 0) return;
    this.#warn(passedOver);
    this.#tell({ type: 'target-passed-over', target, passedOver: passedOver.map(brief) });
  }

  #warn(targets: readonly PassedOver[]): void {
    this.#passedOver += targets.length;
    for (const { target, code, reason } of targets)
      this.#logger.warn({ target, code }, passedOverLine({ target, reason }));
  }
}

/** What a log says of such a target. */
export const passedOverLine = ({ target, reason }: Pick<PassedOver, 'target' | 'reason'>): string =>
  `TARGET_PASSED_OVER The target ${target} is not used: ${reason}`;

const brief = <T extends { readonly reason?: string }>(step: T): T =>
  step.reason === undefined ? step : { ...step, reason: step.reason.slice(0, longestReason) };
