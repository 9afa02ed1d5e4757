import { randomUUID } from 'node:crypto';
import { describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { GreengrassCounters } from './counters.js';
import type { Session } from './session.js';
import { topicSource } from './sources.js';
import type { BackoffOptions } from '../backoff.js';
import { LastingSubscription } from './subscription.js';

export interface HeartbeatOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retry: BackoffOptions;
  readonly counters: GreengrassCounters;
  readonly logger: Logger;
}

/** Topic that a component publishes to and hears itself on; both permissions belong in its recipe. */
export const heartbeatTopic = (component: string) => `mli/heartbeat/${component}`;

/** Beats in a row without proof after which the connection is given up. */
const missesAllowed = 1;

/**
 * Proves a connection end to end: a message to a topic of its own has to come back. Both nuclei deliver a component's own
 * messages on an exact topic when RECEIVE_ALL_MESSAGES is asked for, so this proves the socket, the nucleus, its publish/
 * subscribe and the way back into this process. It does not prove each other subscription: those are renewed by the client.
 * Where the recipe does not allow the topic, a GetConfiguration round trip is left, which proves the socket and the nucleus.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private subscription: LastingSubscription | undefined;
  private awaited: { readonly id: string; heard(): void } | undefined;
  private misses = 0;
  private stopped = false;

  constructor(
    private readonly session: Session,
    private readonly component: string | undefined,
    private readonly options: HeartbeatOptions,
  ) {}

  /** Begins to beat, until `stop`. */
  async start(): Promise<void> {
    if (this.component !== undefined) await this.listen(heartbeatTopic(this.component));
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.subscription?.detach();
    this.subscription = undefined;
  }

  private async listen(topic: string): Promise<void> {
    const { counters, logger } = this.options;
    const source = topicSource(
      topic,
      ({ payload }) => this.hear(Buffer.from(payload).toString('utf8')),
      { ...counters },
      'all',
    );
    const subscription = new LastingSubscription(source, { ...this.options, renewMs: 0 });
    try {
      await subscription.attach(this.session);
      this.subscription = subscription;
    } catch (error) {
      subscription.detach();
      logger.warn(
        { topic, reason: describeError(error) },
        'The heartbeat cannot hear itself; a round trip has to do, which proves less.',
      );
    }
  }

  private hear(id: string): void {
    if (this.awaited?.id === id) this.awaited.heard();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.beat(), this.options.intervalMs);
    this.timer.unref();
  }

  private async beat(): Promise<void> {
    const { counters, logger } = this.options;
    try {
      await (this.subscription === undefined ? this.roundTrip() : this.echo(this.subscription));
      counters.heartbeats += 1;
      this.misses = 0;
    } catch (error) {
      if (this.stopped) return;
      counters.heartbeatsMissed += 1;
      this.misses += 1;
      logger.warn(
        { misses: this.misses, reason: describeError(error) },
        'A heartbeat through the nucleus was missed.',
      );
      if (this.misses > missesAllowed) {
        await this.session.close('the heartbeat through the nucleus stopped');
        return;
      }
    }
    this.schedule();
  }

  private async roundTrip(): Promise<void> {
    await this.session.call({ operation: 'GetConfiguration' }, this.options.timeoutMs, (client) =>
      client.getConfiguration({ keyPath: [] }),
    );
  }

  private async echo(subscription: LastingSubscription): Promise<void> {
    const { timeoutMs, logger } = this.options;
    const topic = heartbeatTopic(this.component ?? '');
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const heard = new Promise<boolean>((resolve) => {
      this.awaited = { id, heard: () => resolve(true) };
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    try {
      await this.session.call({ operation: 'PublishToTopic', resource: topic }, timeoutMs, (client) =>
        client.publishToTopic({ topic, publishMessage: { binaryMessage: { message: id } } }),
      );
      if (!(await heard)) throw new Error(`no echo on ${topic} within ${timeoutMs} ms`);
    } catch (error) {
      if (!isEdgeError(error) || error.code !== 'IPC_UNAUTHORIZED') throw error;
      logger.warn(
        { topic, reason: describeError(error) },
        'The heartbeat may not publish; a round trip has to do, which proves less.',
      );
      subscription.detach();
      this.subscription = undefined;
    } finally {
      clearTimeout(timer);
      this.awaited = undefined;
    }
  }
}
