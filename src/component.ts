import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './config/index.js';
import type { Logger } from './logger.js';
import { ManagedPipeline, type ManagedPipelineStatus } from './managed-pipeline.js';
import type { Transport } from './publish/index.js';

export interface ComponentOptions {
  readonly thingName: string;
  readonly transport: Transport;
  readonly logger: Logger;
}

/** The pipelines of a device: starts what the configuration names, and on a change touches only what it concerns. */
export class Component {
  readonly #options: ComponentOptions;
  readonly #pipelines = new Map<string, { concern: unknown; pipeline: ManagedPipeline }>();
  #applying: Promise<void> = Promise.resolve();
  #wanted: Configuration | undefined;

  constructor(options: ComponentOptions) {
    this.#options = options;
  }

  get status(): Record<string, ManagedPipelineStatus> {
    return Object.fromEntries([...this.#pipelines].map(([name, { pipeline }]) => [name, pipeline.status]));
  }

  /**
   * Makes the pipelines be as the configuration says. Of several calls while one is at work, the last one wins, once.
   * @param configuration checked, with absolute paths
   */
  async apply(configuration: Configuration): Promise<void> {
    this.#wanted = configuration;
    this.#applying = this.#applying.then(() => this.#applyWanted());
    await this.#applying;
  }

  async stop(): Promise<void> {
    this.#wanted = undefined;
    await this.#applying;
    await Promise.all([...this.#pipelines.values()].map(({ pipeline }) => pipeline.stop()));
    this.#pipelines.clear();
  }

  async #applyWanted(): Promise<void> {
    const configuration = this.#wanted;
    if (!configuration) return;
    this.#wanted = undefined;
    const concerns = new Map(Object.keys(configuration.pipelines).map((name) => [name, concernOf(configuration, name)]));
    const outdated = [...this.#pipelines].filter(([name, { concern }]) => !isDeepStrictEqual(concern, concerns.get(name)));
    await Promise.all(
      outdated.map(async ([name, { pipeline }]) => {
        this.#options.logger.info({ pipeline: name }, concerns.has(name) ? 'pipeline changed' : 'pipeline removed');
        await pipeline.stop();
        this.#pipelines.delete(name);
      }),
    );
    for (const [name, concern] of concerns) {
      if (!this.#pipelines.has(name)) this.#launch(name, concern, configuration);
    }
    if (concerns.size === 0) this.#options.logger.warn('No pipelines are configured: docs/configuration.md shows how.');
  }

  #launch(name: string, concern: unknown, configuration: Configuration): void {
    const config = configuration.pipelines[name];
    if (!config) return;
    const pipeline = new ManagedPipeline({ ...this.#options, name, configuration }, config);
    this.#pipelines.set(name, { concern, pipeline });
    pipeline.start();
  }
}

/** The part of the configuration that a pipeline depends on: where it is equal, the pipeline is left alone. */
function concernOf(configuration: Configuration, name: string): unknown {
  const pipeline = configuration.pipelines[name];
  const { dlr, supervision } = configuration;
  return { pipeline, model: pipeline && configuration.models[pipeline.model], dlr, supervision };
}
