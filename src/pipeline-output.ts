import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { FailSafeCause } from './actuators/index.js';
import type { ActuatorsConfig } from './config/action.js';
import type { PipelineConfig } from './config/index.js';
import { describeError, isEdgeError } from './errors/index.js';
import type { Feedback } from './feedback/index.js';
import type { Logger } from './logger.js';
import type { Observer } from './observer.js';
import { PipelineActions, type ActionsStatus } from './pipeline-actions.js';
import type { AskPipeline } from './pipeline/requests.js';
import type { PipelineResult } from './pipeline/result.js';
import { Publisher, type NativeResult, type PublishCounters, type Transport } from './publish/index.js';
import { createConsumers, type ResultConsumer } from './result-consumers.js';
import type { SpoolInlet } from './spool/index.js';
import type { Decision } from './rules/index.js';
import type { PipelineEvent } from './status-message.js';

export interface PipelineOutputOptions {
  readonly names: { readonly thingName: string; readonly pipeline: string };
  readonly transport: Transport;
  /** Where what is for S3 goes; absent where there is no nucleus. */
  readonly spool?: SpoolInlet | undefined;
  readonly observer?: Observer | undefined;
  /** What actions may do on this device. */
  readonly actuators: ActuatorsConfig;
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
  readonly #actions: PipelineActions;
  readonly #publisher: Publisher;
  readonly #logger: Logger;
  readonly #observer: Observer | undefined;
  readonly #consumers: readonly ResultConsumer[];
  #lastWarning: string | undefined;

  constructor(config: PipelineConfig, options: PipelineOutputOptions) {
    const { names, transport } = options;
    this.#names = names;
    this.#logger = options.logger;
    this.#observer = options.observer;
    this.#consumers = createConsumers(config, options);
    this.#actions = new PipelineActions(config, options);
    this.#publisher = new Publisher(config.publish, names, transport, (error) => this.#warn(error));
  }

  get published(): Readonly<PublishCounters> {
    return this.#publisher.counters;
  }

  get actions(): ActionsStatus {
    return this.#actions.status;
  }

  /** Acts first and tells afterwards: a gate cannot wait for the cloud. Never rejects. */
  async handle(result: PipelineResult): Promise<void> {
    const now = performance.now();
    const id = `${instance}-${++sequence}`;
    const { decision, acting } = this.#actions.judge(result, id);
    const native = this.#toNative(result, id, decision);
    this.#observer?.onResult(native);
    const consuming = this.#consumers.map((consumer) => consumer.take(native, result));
    await Promise.all([acting, this.#publisher.publish(native, now), ...consuming]);
  }

  /** The pipeline can no longer judge. Never rejects. */
  failSafe(cause: FailSafeCause): Promise<void> {
    return this.#actions.failSafe(cause);
  }

  /** Once, when another takes its place or the pipeline ends. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.#actions.close(), ...this.#consumers.map((consumer) => consumer.close())]);
  }

  /** One line for each kind of failure in a row: offline for a day must not fill the disk. They are counted. */
  #warn(error: unknown): void {
    const code = codeOf(error);
    const level = code === this.#lastWarning ? 'debug' : 'warn';
    this.#lastWarning = code;
    this.#logger[level]({ code }, describeError(error));
  }

  #toNative(result: PipelineResult, id: string, decision: Decision | undefined): NativeResult {
    const { name, version, digest, runtime } = result.model;
    return {
      version: 1,
      id,
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
