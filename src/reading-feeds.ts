import { Backoff } from './backoff.js';
import type { Configuration } from './config/index.js';
import type { ForwardedSourceConfig } from './config/sensor-source.js';
import { describeError, isEdgeError } from './errors/index.js';
import type { GreengrassClient } from './greengrass/index.js';
import type { Logger } from './logger.js';
import { pause } from './pause.js';

type Subscriber = Pick<GreengrassClient, 'subscribe' | 'subscribeToIotCore'>;

interface Feed {
  readonly source: string;
  readonly ending: AbortController;
}

export interface FeedOptions {
  readonly thingName: string;
  /** Undefined without a nucleus. */
  readonly subscriber: Subscriber | undefined;
  /** Hands a message on, or counts it as lost. */
  readonly deliver: (pipeline: string, body: Uint8Array) => void;
  readonly logger: Logger;
}

/**
 * Subscribes to the topics that pipelines take readings from, and hands the messages on to their processes, which have no identity
 * of their own to subscribe with.
 */
export class ReadingFeeds {
  readonly #options: FeedOptions;
  readonly #feeds = new Map<string, Feed>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Begins and ends subscriptions, so that they are what the configuration asks for. */
  apply({ pipelines }: Pick<Configuration, 'pipelines'>): void {
    const wanted = new Map<string, ForwardedSourceConfig>();
    for (const [name, { source }] of Object.entries(pipelines))
      if (source.type === 'topic' || source.type === 'mqtt') wanted.set(name, source);
    for (const [name, feed] of this.#feeds) {
      const source = wanted.get(name);
      if (source && keyOf(source) === feed.source) continue;
      feed.ending.abort();
      this.#feeds.delete(name);
    }
    for (const [name, source] of wanted) if (!this.#feeds.has(name)) this.#begin(name, source);
  }

  stop(): void {
    for (const { ending } of this.#feeds.values()) ending.abort();
    this.#feeds.clear();
  }

  #begin(pipeline: string, source: ForwardedSourceConfig): void {
    const feed = { source: keyOf(source), ending: new AbortController() };
    this.#feeds.set(pipeline, feed);
    const { subscriber, logger } = this.#options;
    if (subscriber) void this.#subscribe(subscriber, pipeline, source, feed.ending.signal);
    else logger.warn({ pipeline }, `Without a nucleus nothing comes on the topic ${source.topic}.`);
  }

  /** Tried again for ever: a right that is missing now may come with the next deployment. */
  async #subscribe(
    subscriber: Subscriber,
    pipeline: string,
    source: ForwardedSourceConfig,
    signal: AbortSignal,
  ): Promise<void> {
    const { thingName, deliver, logger } = this.#options;
    const topic = source.topic.replaceAll('{thingName}', thingName).replaceAll('{pipeline}', pipeline);
    const backoff = new Backoff({ initialMs: 1000, maxMs: 60_000 });
    const receive = ({ payload }: { readonly payload: Uint8Array }) => {
      if (!signal.aborted) deliver(pipeline, payload);
    };
    while (!signal.aborted) {
      try {
        const subscription =
          source.type === 'topic'
            ? await subscriber.subscribe(topic, receive)
            : await subscriber.subscribeToIotCore(topic, source.qos, receive);
        const unwanted = () => signal.aborted;
        if (unwanted()) subscription.close();
        else signal.addEventListener('abort', () => subscription.close(), { once: true });
        return;
      } catch (error) {
        const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
        logger.warn({ pipeline, code }, describeError(error));
        await pause(backoff.nextMs(), signal);
      }
    }
  }
}

const keyOf = ({ type, topic }: ForwardedSourceConfig): string => `${type} ${topic}`;
