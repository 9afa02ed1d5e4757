import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './config/index.js';
import { describeError } from './errors/index.js';
import { keepOpen } from './kept-open.js';
import type { Logger } from './logger.js';
import type { InferenceService, PipelinesToAsk, ServedModel, TopicLink } from './service/index.js';

export interface InferenceEndpointsOptions {
  readonly pipelines: PipelinesToAsk;
  /** Local topics; without them requests come over HTTP only. */
  readonly topics: TopicLink | undefined;
  readonly productVersion: string;
  readonly logger: Logger;
}

const mebibyte = 1024 * 1024;

/** What the endpoints depend on. */
interface Wanted {
  readonly config: Configuration['service'];
  readonly models: readonly ServedModel[];
}

/** The ways into the inference service: loads, opens, replaces and closes them as the configuration says. */
export class InferenceEndpoints {
  readonly #options: InferenceEndpointsOptions;
  #wanted: Wanted | undefined;
  #change = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(options: InferenceEndpointsOptions) {
    this.#options = options;
  }

  /** Of several changes in a row the last one wins. */
  apply(configuration: Configuration): void {
    const wanted = { config: configuration.service, models: servedModels(configuration) };
    if (isDeepStrictEqual(wanted, this.#wanted)) return;
    this.#wanted = wanted;
    this.#replace(wanted);
  }

  async stop(): Promise<void> {
    this.#change.abort();
    await this.#working;
  }

  #replace(wanted: Wanted): void {
    this.#change.abort();
    const change = new AbortController();
    this.#change = change;
    this.#working = this.#working.then(() => this.#serve(wanted, change.signal));
  }

  /** Until the signal. Never rejects. */
  async #serve({ config, models }: Wanted, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (!config.http.enabled && !config.ipc.enabled)) return;
    const maxBodyBytes = Math.round(config.maxBodyMegabytes * mebibyte);
    const limits = { ...config, maxBodyBytes };
    const { InferenceService } = await import('./service/index.js');
    const service = new InferenceService(this.#options.pipelines, models, limits);
    const failed = (error: unknown) => this.#options.logger.error(describeError(error));
    await Promise.all([
      config.http.enabled && keepOpen(signal, () => this.#openHttp(service, config.http), failed),
      config.ipc.enabled && keepOpen(signal, () => this.#openTopic(service, config.ipc.topic), failed),
    ]);
    this.#options.logger.info({ counters: service.counters }, 'the inference service is closed');
  }

  async #openHttp(service: InferenceService, config: Configuration['service']['http']) {
    const { logger, productVersion } = this.#options;
    const [{ createInferenceApp }, { addressOf, HttpServer, readToken }] = await Promise.all([
      import('./service/index.js'),
      import('./http/index.js'),
    ]);
    const server = await HttpServer.start(
      {
        name: 'inference service',
        address: addressOf(config),
        token: config.tokenFile === undefined ? undefined : await readToken(config.tokenFile),
        maxBodyBytes: service.limits.maxBodyBytes,
        logger,
      },
      createInferenceApp(service, productVersion),
    );
    return () => server.stop();
  }

  async #openTopic(service: InferenceService, topic: string) {
    const { topics, logger } = this.#options;
    if (!topics) {
      logger.warn('Requests over topics need Greengrass: there is none here.');
      return () => undefined;
    }
    const { TopicService } = await import('./service/index.js');
    const topicService = new TopicService(service, topics, logger);
    await topicService.start(topic);
    logger.info({ topic }, 'the inference service listens');
    return () => topicService.stop();
  }
}

/** The models of the pipelines; those that have no frames of their own are asked first. */
export function servedModels({ pipelines, service }: Configuration): ServedModel[] {
  const byModel = new Map<string, string[]>();
  const entries = Object.entries(pipelines);
  const onRequest = entries.filter(([, { source }]) => source.type === 'requests');
  const others = entries.filter(([, { source }]) => source.type !== 'requests');
  for (const [name, { model }] of [...onRequest, ...others]) {
    if (service.models && !service.models.includes(model)) continue;
    byModel.set(model, [...(byModel.get(model) ?? []), name]);
  }
  return [...byModel].map(([name, names]) => ({ name, pipelines: names }));
}
