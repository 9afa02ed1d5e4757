import { describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import type { GreengrassCounters } from './counters.js';
import type { Request } from './rpc-error.js';
import type { SdkClient } from './sdk.js';
import type { SdkStream, Session } from './session.js';

/** Something that the nucleus sends events about. */
export interface Source {
  readonly request: Request;
  create(client: SdkClient): SdkStream;
  /** Handles one event. What it throws or rejects with is logged and counted, and the subscription goes on. */
  deliver(event: unknown): void | Promise<void>;
  /** Called when it works again after a disconnection, in which events may have been missed. */
  restored?(): void | Promise<void>;
}

export interface SubscriptionOptions {
  readonly timeoutMs: number;
  readonly retry: BackoffOptions;
  readonly counters: GreengrassCounters;
  readonly logger: Logger;
}

/** One subscription through all connections: opened on each, retried where the nucleus refuses or ends it. */
export class LastingSubscription {
  private session: Session | undefined;
  private closeStream: (() => void) | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
  private stopped = false;
  private opened = false;

  constructor(
    private readonly source: Source,
    private readonly options: SubscriptionOptions,
  ) {
    this.backoff = new Backoff(options.retry);
  }

  get active(): boolean {
    return this.closeStream !== undefined;
  }

  /** Opens it on a connection. @throws EdgeError as Session.call */
  async attach(session: Session): Promise<void> {
    this.detach();
    this.session = session;
    const current = () => !this.stopped && this.session === session;
    const close = await session.stream(this.source.request, this.options.timeoutMs, (client) => this.source.create(client), {
      message: (event) => this.handle(() => this.source.deliver(event)),
      ended: () => {
        if (!current()) return;
        this.closeStream = undefined;
        this.options.counters.subscriptionsEnded += 1;
        this.options.logger.warn({ ...this.source.request }, 'The nucleus ended a subscription; it is opened again.');
        this.retry(session);
      },
    });
    if (!current()) return close();
    this.closeStream = close;
    this.backoff.reset();
    if (this.opened) this.handle(() => this.source.restored?.());
    this.opened = true;
  }

  /** Opens it again on a new connection; a refusal is logged and tried again later, for the recipe may be corrected. */
  async reattach(session: Session): Promise<void> {
    try {
      await this.attach(session);
    } catch (error) {
      const code = isEdgeError(error) ? error.code : undefined;
      // Without a connection there is nothing to retry on; the next one attaches all subscriptions.
      if (code === 'IPC_DISCONNECTED' || this.stopped || this.session !== session) return;
      if (code === 'IPC_TIMEOUT') {
        await session.close('a subscription was not answered');
        return;
      }
      this.options.logger.error({ ...this.source.request, reason: describeError(error) }, 'A subscription was refused; it is tried again.');
      this.retry(session);
    }
  }

  /** The connection is gone; waits for the next. */
  detach(): void {
    clearTimeout(this.retryTimer);
    this.closeStream?.();
    this.closeStream = undefined;
    this.session = undefined;
  }

  stop(): void {
    this.stopped = true;
    this.detach();
  }

  private retry(session: Session): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.reattach(session), this.backoff.nextMs());
    this.retryTimer.unref();
  }

  private handle(handler: () => void | Promise<void>): void {
    const failed = (error: unknown) => {
      this.options.counters.handlerFailures += 1;
      this.options.logger.error({ ...this.source.request, reason: describeError(error) }, 'The handler of a subscription failed.');
    };
    // The SDK calls from its event emitter: an exception there would end the process.
    try {
      const result = handler();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
