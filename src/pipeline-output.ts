import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createActuator, type Actuator } from './actuators/index.js';
import type { ActionConfig } from './config/rule.js';
import type { PipelineConfig } from './config/index.js';
import { describeError, isEdgeError } from './errors/index.js';
import type { Feedback } from './feedback/index.js';
import type { Logger } from './logger.js';
import type { Observer } from './observer.js';
import type { AskPipeline } from './pipeline/requests.js';
import type { PipelineResult } from './pipeline/result.js';
import {
  fillInTopic,
  Publisher,
  type NativeResult,
  type PublishCounters,
  type Transport,
} from './publish/index.js';
import { createConsumers, type ResultConsumer } from './result-consumers.js';
import type { SpoolInlet } from './spool/index.js';
import { RuleSet, type Decision } from './rules/index.js';
import type { PipelineEvent } from './status-message.js';

export interface PipelineOutputOptions {
  readonly names: { readonly thingName: string; readonly pipeline: string };
  readonly transport: Transport;
  /** Where what is for S3 goes; absent where there is no nucleus. */
  readonly spool?: SpoolInlet | undefined;
  readonly observer?: Observer | undefined;
  /** Asks the pipeline itself, for the picture of a result. */
  readonly ask: AskPipeline;
  /** Takes samples for the cloud; absent where there is no spool. */
  readonly feedback?: Feedback | undefined;
  /** Tells the status topic. */
  readonly tell?: ((event: PipelineEvent) => void) | undefined;
  readonly logger: Logger;
}

/** With the sequence number it makes the ids of results unique, restarts of the component included. */
const instance = randomBytes(6).toString('hex');
let sequence = 0;

/** What becomes of the results of a pipeline: rules, actuators, topics. Made anew when that part of the configuration changes. */
export class PipelineOutput {
  readonly #names: { readonly thingName: string; readonly pipeline: string };
  readonly #rules: RuleSet;
  readonly #actuators = new Map<unknown, Actuator>();
  readonly #publisher: Publisher;
  readonly #logger: Logger;
  readonly #observer: Observer | undefined;
  readonly #consumers: readonly ResultConsumer[];
  readonly #actions = { done: 0, failed: 0 };
  #lastWarning: string | undefined;

  constructor(config: PipelineConfig, options: PipelineOutputOptions) {
    const { names, transport } = options;
    this.#names = names;
    this.#logger = options.logger;
    this.#observer = options.observer;
    this.#consumers = createConsumers(config, options);
    this.#rules = new RuleSet(config.rules);
    const context = {
      publish: (topic: string, payload: string) => transport.publish(topic, payload),
      fillIn: (topic: string) => fillInTopic(topic, names),
    };
    for (const action of config.rules.flatMap((rule) => rule.do))
      this.#actuators.set(action, createActuator(action, context));
    this.#publisher = new Publisher(config.publish, names, transport, (error) => this.#warn(error));
  }

  get published(): Readonly<PublishCounters> {
    return this.#publisher.counters;
  }

  get actions(): Readonly<{ done: number; failed: number }> {
    return this.#actions;
  }

  /** Acts first and tells afterwards: a gate cannot wait for the cloud. Never rejects. */
  async handle(result: PipelineResult): Promise<void> {
    const now = performance.now();
    const fired = this.#rules.evaluate(result.predictions, now);
    const acting = fired.flatMap(({ decision, actions }) =>
      actions.map((action) => this.#act(decision.rule, action)),
    );
    const native = this.#toNative(result, fired[0]?.decision);
    this.#observer?.onResult(native);
    const consuming = this.#consumers.map((consumer) => consumer.take(native, result));
    await Promise.all([...acting, this.#publisher.publish(native, now), ...consuming]);
  }

  /** Once, when another takes its place or the pipeline ends. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
  }

  /** One line for each kind of failure in a row: offline for a day must not fill the disk. They are counted. */
  #warn(error: unknown): void {
    const code = codeOf(error);
    const level = code === this.#lastWarning ? 'debug' : 'warn';
    this.#lastWarning = code;
    this.#logger[level]({ code }, describeError(error));
  }

  async #act(rule: string, action: ActionConfig): Promise<void> {
    let failure: string | undefined;
    try {
      await this.#actuators.get(action)?.act();
      this.#actions.done++;
    } catch (error) {
      this.#actions.failed++;
      failure = describeError(error);
      this.#logger.error({ code: codeOf(error) }, `An action failed. ${failure}`);
    }
    const { pipeline } = this.#names;
    this.#observer?.onAction({ pipeline, rule, type: action.type, summary: action.topic, failure });
  }

  #toNative(result: PipelineResult, decision: Decision | undefined): NativeResult {
    const { name, version, digest, runtime } = result.model;
    return {
      version: 1,
      id: `${instance}-${++sequence}`,
      thing: this.#names.thingName,
      pipeline: this.#names.pipeline,
      model: { name, version, digest, runtime },
      frame: result.frame as NativeResult['frame'],
      predictions: [...result.predictions] as NativeResult['predictions'],
      ...(decision && { decision }),
      timingsMs: result.timingsMs,
    };
  }
}

const codeOf = (error: unknown): string => (isEdgeError(error) ? error.code : 'UNEXPECTED');
