import { performance } from 'node:perf_hooks';
import {
  ActionLane,
  createActuator,
  type ActionCounters,
  type FailSafeCause,
  type Occasion,
} from './actuators/index.js';
import type { ActionConfig } from './config/action.js';
import type { PipelineConfig } from './config/index.js';
import { describeError, EdgeError } from './errors/index.js';
import { takeEvidence } from './evidence.js';
import type { PipelineOutputOptions } from './pipeline-output.js';
import type { PipelineResult } from './pipeline/result.js';
import { fillInTopic } from './publish/index.js';
import { RuleSet, type Decision, type RefusedRule } from './rules/index.js';

/** Of the status message. */
export interface ActionsStatus extends ActionCounters {
  /** Rules that wait for labels which the model does not have. */
  readonly refusedRules: readonly RefusedRule[];
  /** Lines that are only simulated here. */
  readonly simulated: readonly string[];
  readonly lastFailure: string | undefined;
}

const describeLimitMs = 10_000;

/** The rules of a pipeline and what they do: judged on each result, before anything is told. */
export class PipelineActions {
  readonly #options: PipelineOutputOptions;
  readonly #rules: RuleSet;
  readonly #lanes = new Map<ActionConfig, ActionLane>();
  readonly #counters: ActionCounters = { done: 0, failed: 0, dropped: 0, limited: 0, dryRun: 0, failSafe: 0 };
  readonly #simulated: string[] = [];
  #lastFailure: string | undefined;
  /** Of the model whose labels the rules were checked against. */
  #checkedDigest: string | undefined;
  #lastResultMs = performance.now();
  readonly #watch: NodeJS.Timeout | undefined;

  constructor(config: PipelineConfig, options: PipelineOutputOptions) {
    this.#options = options;
    this.#rules = new RuleSet(config.rules);
    for (const action of config.rules.flatMap((rule) => rule.do))
      this.#lanes.set(action, this.#makeLane(action));
    if ([...this.#lanes.values()].some(({ lostSourceSeconds }) => lostSourceSeconds !== undefined))
      this.#watch = setInterval(() => this.#watchSource(), 1000).unref();
  }

  get status(): ActionsStatus {
    return {
      ...this.#counters,
      refusedRules: this.#rules.refused,
      simulated: this.#simulated,
      lastFailure: this.#lastFailure,
    };
  }

  /**
   * Judges a result and starts what it asks for.
   * @param id of the result
   * @returns the first decision, and what settles when all is done or has failed; neither rejects
   */
  judge(result: PipelineResult, id: string): { decision: Decision | undefined; acting: Promise<unknown> } {
    this.#lastResultMs = performance.now();
    this.#checkLabels(result.model.digest);
    const { fired, ended } = this.#rules.evaluate(result.predictions, this.#lastResultMs);
    const acting = fired.flatMap(({ decision, actions, reason }) => {
      this.#options.logger.debug({ rule: decision.rule, reason }, 'a rule fired');
      const { frame, predictions } = result;
      const occasion: Occasion = {
        ...decision,
        id,
        takeEvidence: ({ annotate, quality, maxWidth }, signal) =>
          takeEvidence(
            this.#options.ask,
            frame,
            {
              quality,
              ...(maxWidth !== undefined && { maxWidth }),
              ...(annotate && { annotate: predictions }),
            },
            signal,
          ),
      };
      return actions.map((action) => this.#lanes.get(action)?.fire(occasion));
    });
    const releasing = ended.map((action) => this.#lanes.get(action)?.release());
    return { decision: fired[0]?.decision, acting: Promise.all([...acting, ...releasing]) };
  }

  /** Never rejects. */
  async failSafe(cause: FailSafeCause): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.failSafe(cause)));
  }

  /** Brings everything into its fail-safe state and lets go. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.failSafe('stop');
    const closing = [...this.#lanes.values()].map((lane) => lane.close());
    for (const outcome of await Promise.allSettled(closing))
      if (outcome.status === 'rejected') this.#options.logger.error(describeError(outcome.reason));
  }

  #watchSource(): void {
    const silentMs = performance.now() - this.#lastResultMs;
    for (const lane of this.#lanes.values()) {
      const { lostSourceSeconds = Infinity } = lane;
      if (silentMs >= lostSourceSeconds * 1000) void lane.failSafe('lostSource');
    }
  }

  /** Once for each model. The pipeline is asked, since only its process knows what the model really has. */
  #checkLabels(digest: string): void {
    if (digest === this.#checkedDigest || this.#lanes.size === 0) return;
    this.#checkedDigest = digest;
    const { ask, logger } = this.#options;
    ask({ type: 'describe' }, AbortSignal.timeout(describeLimitMs)).then(
      ({ labels }) => {
        if (labels.length === 0) return;
        for (const refused of this.#rules.checkLabels(labels)) {
          const error = new EdgeError('RULE_LABEL_UNKNOWN', { ...refused, known: labels });
          this.#lastFailure = error.message;
          logger.error({ code: error.code }, describeError(error));
        }
      },
      (error: unknown) => {
        // With the next result.
        this.#checkedDigest = undefined;
        logger.debug(`The labels of the model are not known yet. ${describeError(error)}`);
      },
    );
  }

  #makeLane(action: ActionConfig): ActionLane {
    const { names, transport, observer, actuators, logger, spool } = this.#options;
    const actuator = createActuator(action, {
      names,
      allowed: actuators,
      publish: (topic, payload) => transport.publish(topic, payload),
      publishToIotCore: (topic, payload, qos) => transport.publishToIotCore(topic, payload, qos),
      fillIn: (text) => fillInTopic(text, names),
      upload: async (item) => {
        const fail = (reason: string) =>
          new EdgeError('ACTION_FAILED', { action: `upload to ${item.bucket}`, reason });
        if (!spool) throw fail('there is no spool without a nucleus');
        const stored = await spool.push('uploads', { owner: 'snapshot', ...item });
        if (stored === 'lost') throw fail('the spool cannot keep it');
      },
      logger,
    });
    if (actuator.summary.startsWith('simulated ')) this.#simulated.push(actuator.summary);
    return new ActionLane(action, actuator, {
      counters: this.#counters,
      dryRun: actuators.dryRun,
      logger,
      onOutcome: (rule, type, summary, failure) => {
        if (failure !== undefined) this.#lastFailure = failure;
        observer?.onAction({ pipeline: names.pipeline, rule, type, summary, failure });
      },
    });
  }
}
