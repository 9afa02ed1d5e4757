import { describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { Backoff, type BackoffOptions } from '../backoff.js';
import type { GreengrassCounters } from './counters.js';
import { Overlap } from './overlap.js';
import type { Request } from './rpc-error.js';
import type { SdkClient } from './sdk.js';
import type { SdkStream, Session } from './session.js';

/** Something that the nucleus sends events about. */
export interface Source {
  readonly request: Request;
  /** Whether it may be open twice for a moment. The classic nucleus has one place a component for a validator. */
  readonly renewable: boolean;
  create(client: SdkClient): SdkStream;
  /** Handles one event. What it throws or rejects with is logged and counted, and the subscription goes on. */
  deliver(event: unknown): void | Promise<void>;
  /** Called when it works again after a disconnection, in which events may have been missed. */
  restored?(): void | Promise<void>;
}

export interface SubscriptionOptions {
  readonly timeoutMs: number;
  readonly retry: BackoffOptions;
  /** Between renewals; 0 for none. */
  readonly renewMs: number;
  readonly counters: GreengrassCounters;
  readonly logger: Logger;
}

/** How long both streams of a renewal are read: longer than a message that is under way needs. */
const overlapMs = 1_000;

/**
 * One subscription through all connections: opened on each, retried where the nucleus refuses or ends it, and renewed from
 * time to time, because nucleus lite can forget one subscription in silence while all else, heartbeat included, works.
 */
export class LastingSubscription {
  private session: Session | undefined;
  private closeStream: (() => void) | undefined;
  /** The stream that a renewal is about to close. */
  private closeOlder: (() => void) | undefined;
  /** Counts the streams; only the newest one's end matters. */
  private generation = 0;
  private overlap: Overlap | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
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
    const close = await this.open(session, ++this.generation);
    if (this.session !== session) {
      close();
      return;
    }
    this.closeStream = close;
    this.backoff.reset();
    this.renewLater(session);
    if (this.opened) this.handle(() => this.source.restored?.());
    this.opened = true;
  }

  /** Opens it again on a new connection; a refusal is logged and tried again later, for the recipe may be corrected. */
  async reattach(session: Session): Promise<void> {
    try {
      await this.attach(session);
    } catch (error) {
      if (await this.endsSession(error, session)) return;
      this.options.logger.error(
        { ...this.source.request, reason: describeError(error) },
        'A subscription was refused; it is tried again.',
      );
      this.later(this.backoff.nextMs(), () => this.reattach(session));
    }
  }

  /** The connection is gone, or the subscription is not wanted any more; `attach` opens it again. */
  detach(): void {
    clearTimeout(this.timer);
    this.endOverlap();
    this.closeStream?.();
    this.closeStream = undefined;
    this.session = undefined;
  }

  private open(session: Session, generation: number): Promise<() => void> {
    const { request } = this.source;
    return session.stream(request, this.options.timeoutMs, (client) => this.source.create(client), {
      message: (event) => {
        const way = generation === this.generation ? 'newer' : 'older';
        if (this.overlap?.admit(way, event) ?? true) this.handle(() => this.source.deliver(event));
      },
      ended: () => {
        if (this.session !== session || generation !== this.generation) return;
        this.closeStream = undefined;
        this.options.counters.subscriptionsEnded += 1;
        this.options.logger.warn({ ...request }, 'The nucleus ended a subscription; it is opened again.');
        this.later(this.backoff.nextMs(), () => this.reattach(session));
      },
    });
  }

  private renewLater(session: Session): void {
    const { renewMs } = this.options;
    if (renewMs > 0 && this.source.renewable) this.later(renewMs, () => this.renew(session));
  }

  /** Opens a second stream, then closes the first: no message is missed, none is delivered twice. */
  private async renew(session: Session): Promise<void> {
    const older = this.closeStream;
    this.overlap = new Overlap();
    try {
      const close = await this.open(session, ++this.generation);
      if (this.session !== session) {
        close();
        return;
      }
      this.closeOlder = older;
      this.closeStream = close;
      this.options.counters.renewals += 1;
      this.later(overlapMs, () => {
        this.endOverlap();
        this.renewLater(session);
      });
    } catch (error) {
      this.overlap = undefined;
      this.generation -= 1;
      if (await this.endsSession(error, session)) return;
      this.options.logger.warn(
        { ...this.source.request, reason: describeError(error) },
        'A subscription was not renewed.',
      );
      this.renewLater(session);
    }
  }

  private endOverlap(): void {
    this.closeOlder?.();
    this.closeOlder = undefined;
    this.overlap = undefined;
  }

  /** Whether there is nothing to retry on: the next connection attaches every subscription. */
  private async endsSession(error: unknown, session: Session): Promise<boolean> {
    const code = isEdgeError(error) ? error.code : undefined;
    if (code === 'IPC_DISCONNECTED' || this.session !== session) return true;
    if (code !== 'IPC_TIMEOUT') return false;
    await session.close('a subscription was not answered');
    return true;
  }

  private later(milliseconds: number, action: () => void | Promise<void>): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void action(), milliseconds);
    this.timer.unref();
  }

  private handle(handler: () => void | Promise<void>): void {
    const failed = (error: unknown) => {
      this.options.counters.handlerFailures += 1;
      this.options.logger.error(
        { ...this.source.request, reason: describeError(error) },
        'The handler of a subscription failed.',
      );
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
