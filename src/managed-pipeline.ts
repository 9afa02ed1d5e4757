import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createActuator, type Actuator } from './actuators/index.js';
import type { Configuration, PipelineConfig } from './config/index.js';
import { describeError } from './errors/index.js';
import type { Logger } from './logger.js';
import type { PipelineResult } from './pipeline/result.js';
import { specOf } from './pipeline/spec.js';
import { PipelineSupervisor, type PipelineStatus } from './pipeline/supervisor.js';
import { fillInTopic, Publisher, type NativeResult, type PublishCounters, type Transport } from './publish/index.js';
import { RuleSet, type Decision } from './rules/index.js';

export interface ManagedPipelineOptions {
  readonly name: string;
  readonly configuration: Configuration;
  readonly thingName: string;
  readonly transport: Transport;
  readonly logger: Logger;
}

export interface ManagedPipelineStatus extends PipelineStatus {
  readonly published: Readonly<PublishCounters>;
  readonly actionsDone: number;
  readonly actionsFailed: number;
}

/** One pipeline as the component sees it: its process, its rules and actuators, its topics. */
export class ManagedPipeline {
  readonly #options: ManagedPipelineOptions;
  readonly #supervisor: PipelineSupervisor;
  readonly #rules: RuleSet;
  readonly #actuators = new Map<unknown, Actuator>();
  readonly #publisher: Publisher;
  readonly #logger: Logger;
  /** With the sequence number it makes the ids of results unique, restarts of the component included. */
  readonly #instance = randomBytes(6).toString('hex');
  #sequence = 0;
  #actionsDone = 0;
  #actionsFailed = 0;

  constructor(options: ManagedPipelineOptions, config: PipelineConfig) {
    const { name, configuration, thingName, transport } = options;
    const names = { thingName, pipeline: name };
    this.#options = options;
    this.#logger = options.logger.child({ pipeline: name });
    this.#rules = new RuleSet(config.rules);
    const context = {
      publish: (topic: string, payload: string) => transport.publish(topic, payload),
      fillIn: (topic: string) => fillInTopic(topic, names),
    };
    for (const action of config.rules.flatMap((rule) => rule.do)) this.#actuators.set(action, createActuator(action, context));
    this.#publisher = new Publisher(config.publish, names, transport, (error) => this.#logger.warn(describeError(error)));
    this.#supervisor = new PipelineSupervisor(
      specOf(configuration, name),
      configuration.supervision,
      { onResult: (result) => void this.#handle(result) },
      this.#logger,
    );
  }

  get status(): ManagedPipelineStatus {
    return {
      ...this.#supervisor.status,
      published: this.#publisher.counters,
      actionsDone: this.#actionsDone,
      actionsFailed: this.#actionsFailed,
    };
  }

  start(): void {
    this.#supervisor.start();
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop();
  }

  /** Acts first and tells afterwards: a gate cannot wait for the cloud. Never rejects. */
  async #handle(result: PipelineResult): Promise<void> {
    const now = performance.now();
    const fired = this.#rules.evaluate(result.predictions, now);
    const actions = fired.flatMap(({ actions }) => actions).map((action) => this.#act(action));
    await Promise.all([...actions, this.#publisher.publish(this.#toNative(result, fired[0]?.decision), now)]);
  }

  async #act(action: unknown): Promise<void> {
    try {
      await this.#actuators.get(action)?.act();
      this.#actionsDone++;
    } catch (error) {
      this.#actionsFailed++;
      this.#logger.error(`An action failed. ${describeError(error)}`);
    }
  }

  #toNative(result: PipelineResult, decision: Decision | undefined): NativeResult {
    const { name, version, digest, runtime } = result.model;
    return {
      version: 1,
      id: `${this.#instance}-${++this.#sequence}`,
      thing: this.#options.thingName,
      pipeline: this.#options.name,
      model: { name, version, digest, runtime },
      frame: result.frame,
      predictions: [...result.predictions] as NativeResult['predictions'],
      ...(decision && { decision }),
      timingsMs: result.timingsMs,
    };
  }
}
