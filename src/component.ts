import { checkAccessControl, type Configuration } from './config/index.js';
import { configurationRefused, statusTopics } from './component-status.js';
import { describeError, EdgeError } from './errors/index.js';
import { createFeedback } from './feedback-consumer.js';
import type { Feedback } from './feedback/index.js';
import { InferenceEndpoints } from './inference-endpoints.js';
import type { Logger } from './logger.js';
import { ManagedPipeline } from './managed-pipeline.js';
import { Phases } from './phases.js';
import type { ModelSupply } from './models/index.js';
import type { GreengrassClient } from './greengrass/index.js';
import { ReadingFeeds } from './reading-feeds.js';
import { Onlookers } from './onlookers.js';
import { PipelineProcesses } from './pipeline/processes.js';
import type { PipelineReplies, PipelineRequest } from './pipeline/requests.js';
import type { PipelineStatus } from './pipeline/ledger.js';
import type { ProvenModels } from './proven-models.js';
import type { SecretReader } from './secrets.js';
import type { Transport } from './publish/index.js';
import { ThreadLimit } from './thread-limit.js';
import type { TopicLink } from './service/index.js';
import type { Spool } from './spool/index.js';

export interface ComponentOptions {
  readonly thingName: string;
  readonly transport: Transport;
  /** What waits for the cloud; absent where there is no nucleus. */
  readonly spool?: Spool | undefined;
  /** Makes the supply of models for a configuration: its trust and its cache. */
  readonly makeModels: (configuration: Configuration) => ModelSupply;
  readonly proven: ProvenModels;
  /** Path of the libdlr.so that another component of the device brings. */
  readonly storedLibrary: () => Promise<string | undefined>;
  readonly secrets?: SecretReader;
  /** Undefined without a nucleus. */
  readonly nucleusConnected?: (() => boolean) | undefined;
  /** Local topics on which requests come; undefined without a nucleus. */
  readonly topics?: TopicLink | undefined;
  /** Subscribes to the topics of sensors; undefined without a nucleus. */
  readonly subscriber?: Pick<GreengrassClient, 'subscribe' | 'subscribeToIotCore'> | undefined;
  readonly productVersion: string;
  readonly logger: Logger;
}

/** The pipelines of a device: makes them be as the configuration says, and touches only those that a change concerns. */
export class Component {
  readonly #options: ComponentOptions;
  readonly #pipelines = new Map<string, ManagedPipeline>();
  readonly #onlookers: Onlookers;
  readonly #endpoints: InferenceEndpoints;
  readonly #feedback: Feedback | undefined;
  readonly #feeds: ReadingFeeds;
  readonly #processes: PipelineProcesses;
  readonly #phases = new Phases();
  readonly #threads: ThreadLimit;
  /** Pipelines that were removed and still finish, by their names. */
  readonly #stopping = new Map<string, Promise<void>>();
  #configuration: Configuration | undefined;
  #stopped = false;

  constructor(options: ComponentOptions) {
    this.#options = options;
    const { thingName, transport, nucleusConnected, topics, productVersion, logger } = options;
    this.#onlookers = new Onlookers({
      thingName,
      transport,
      nucleusConnected,
      spool: () => options.spool?.status,
      feedback: () => this.#feedback?.tally.all,
      pipelines: () => this.status,
      ask: (...question) => this.ask(...question),
      logger,
    });
    const pipelines = {
      ask: this.ask.bind(this),
      digestOf: (name: string) => {
        const status = this.#pipelines.get(name)?.status;
        return status?.state === 'running' ? status.model?.digest : undefined;
      },
    };
    this.#feedback = options.spool && createFeedback(options.spool, transport, logger);
    this.#endpoints = new InferenceEndpoints({ pipelines, topics, productVersion, logger });
    this.#feeds = new ReadingFeeds({
      thingName,
      subscriber: options.subscriber,
      deliver: (pipeline, body) => this.#pipelines.get(pipeline)?.deliver(body),
      logger,
    });
    this.#processes = new PipelineProcesses(options.logger);
    this.#threads = new ThreadLimit(options.logger);
  }

  /** Starts the process of the first pipeline before the configuration is there, which saves about 0.4 s. */
  prepare(): void {
    this.#processes.prepare();
  }

  get status(): Record<string, PipelineStatus> {
    return Object.fromEntries([...this.#pipelines].map(([name, pipeline]) => [name, pipeline.status]));
  }

  /** Digests of the model packages that pipelines run or are about to run. */
  get modelsInUse(): string[] {
    return [...this.#pipelines.values()].flatMap((pipeline) => pipeline.modelsInUse);
  }

  /** @param configuration checked, with absolute paths */
  apply(configuration: Configuration): void {
    // A configuration that was under way when the component was stopped.
    if (this.#stopped) return;
    const { logger, makeModels } = this.#options;
    const models = makeModels(configuration);
    this.#configuration = configuration;
    this.#options.spool?.configure(configuration.spool);
    this.#onlookers.apply(configuration);
    this.#endpoints.apply(configuration);
    this.#warnOfMissingRights(configuration);
    this.#threads.apply(configuration.dlr);
    for (const [name, pipeline] of this.#pipelines) {
      if (Object.hasOwn(configuration.pipelines, name)) {
        pipeline.apply(configuration, models);
      } else {
        logger.info({ pipeline: name }, 'pipeline removed');
        this.#pipelines.delete(name);
        this.#onlookers.onRemoved(name);
        this.#retire(name, pipeline);
      }
    }
    for (const name of Object.keys(configuration.pipelines)) {
      if (this.#pipelines.has(name)) continue;
      this.#add(name, configuration, models);
    }
    this.#feeds.apply(configuration);
    if (this.#pipelines.size > 0) return;
    this.#processes.dismiss();
    logger.warn('No pipelines are configured: docs/configuration.md shows how.');
  }

  /** Tells that a changed configuration is refused; the log has it too. */
  refuse(error: unknown): void {
    const { thingName, transport, logger } = this.#options;
    if (!this.#configuration) return;
    const message = JSON.stringify(configurationRefused(thingName, error));
    for (const topic of statusTopics(this.#configuration, thingName)) {
      transport
        .publish(topic, message)
        .catch((failure: unknown) =>
          logger.debug(`The status could not be published. ${describeError(failure)}`),
        );
    }
  }

  /** Asks all pipelines to look for newer models. */
  refreshModels(): void {
    for (const pipeline of this.#pipelines.values()) pipeline.refresh();
  }

  /**
   * Asks a pipeline for a picture of its source or for an inference beside its frames.
   * @throws EdgeError PIPELINE_UNKNOWN, REQUEST_* and whatever the pipeline's process refuses it with
   */
  async ask<R extends PipelineRequest>(
    pipeline: string,
    request: R,
    signal: AbortSignal,
  ): Promise<PipelineReplies[R['type']]> {
    const known = [...this.#pipelines.keys()].join(', ') || 'none';
    const asked = this.#pipelines.get(pipeline);
    if (!asked) throw new EdgeError('PIPELINE_UNKNOWN', { pipeline, known });
    return asked.ask(request, signal);
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#feeds.stop();
    for (const [name, pipeline] of this.#pipelines) this.#retire(name, pipeline);
    this.#pipelines.clear();
    this.#processes.dismiss();
    await Promise.all([...this.#stopping.values(), this.#onlookers.stop(), this.#endpoints.stop()]);
    await this.#feedback?.close();
  }

  /** Said at once and in full, not one denied message at a time. */
  #warnOfMissingRights(configuration: Configuration): void {
    const { logger, thingName } = this.#options;
    for (const { operation, resource, usedBy } of checkAccessControl(configuration, thingName)) {
      logger.warn(
        `The accessControl of the deployment lacks aws.greengrass#${operation} on ${resource}, for ${usedBy}.`,
      );
    }
  }

  #add(name: string, configuration: Configuration, models: ModelSupply): void {
    const phase = this.#phases.take();
    // One of this name that was just removed may still hold the camera.
    const after = this.#stopping.get(name) ?? Promise.resolve();
    const pipeline = new ManagedPipeline(
      {
        ...this.#options,
        observer: this.#onlookers,
        feedback: this.#feedback,
        processes: this.#processes,
        name,
        phase,
        after,
      },
      configuration,
      models,
    );
    this.#pipelines.set(name, pipeline);
    pipeline.start();
  }

  #retire(name: string, pipeline: ManagedPipeline): void {
    this.#phases.free(pipeline.phase);
    const stopping = Promise.all([this.#stopping.get(name), pipeline.stop()]).then(() => {
      if (this.#stopping.get(name) === stopping) this.#stopping.delete(name);
    });
    this.#stopping.set(name, stopping);
  }
}
