import type { EventEmitter } from 'node:events';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { Backoff } from './backoff.js';
import { newCounters, type GreengrassCounters } from './counters.js';
import type { Endpoint } from './endpoint.js';
import { Heartbeat } from './heartbeat.js';
import type { ClientTimes } from './options.js';
import type { Request } from './rpc-error.js';
import { loadSdk, type Sdk, type SdkClient } from './sdk.js';
import { Session } from './session.js';
import { LastingSubscription, type Source } from './subscription.js';

export interface ClientEvents {
  /** The first connection is made. */
  connected: [];
  disconnected: [event: { reason: string }];
  /** A later connection is made, and the subscriptions were opened again. */
  reconnected: [];
}

/** A subscription of the caller's. It lasts through reconnections until it is closed. */
export interface Subscription {
  /** Whether the nucleus sends to it at this moment. */
  readonly active: boolean;
  close(): void;
}

/** The lasting connection below the client: one session after the other, and the subscriptions that each has to have. */
export class Link {
  readonly counters: GreengrassCounters = newCounters();
  private readonly subscriptions = new Set<LastingSubscription>();
  private readonly backoff: Backoff;
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private lastFailure: EdgeError | undefined;
  /** Those who wait in `connect`. */
  private readonly waiters = new Set<{ connected(): void; closed(): void }>();
  private closed = false;
  /** Ends the pause before the next attempt. */
  private wake: () => void = () => undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly times: ClientTimes,
    private readonly logger: Logger,
    private readonly events: EventEmitter<ClientEvents>,
  ) {
    this.backoff = new Backoff(times.reconnect);
  }

  get connected(): boolean {
    return this.session !== undefined;
  }

  async connect(timeoutMs?: number): Promise<void> {
    this.refuseWhenClosed('connect');
    const sdk = await loadSdk();
    this.refuseWhenClosed('connect');
    this.running ??= this.run(sdk);
    if (!this.connected) await this.firstConnection(timeoutMs);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const subscription of this.subscriptions) subscription.stop();
    this.subscriptions.clear();
    for (const waiter of [...this.waiters]) waiter.closed();
    this.wake();
    await this.session?.close('the client was closed');
    await this.running;
  }

  /** @throws EdgeError IPC_CLOSED, IPC_DISCONNECTED, and as Session.call */
  call<Response>(request: Request, timeoutMs: number | undefined, start: (client: SdkClient) => Promise<Response>): Promise<Response> {
    const { operation } = request;
    if (this.closed) return Promise.reject(new EdgeError('IPC_CLOSED', { operation }));
    if (this.session === undefined) {
      const reason = this.lastFailure?.message ?? 'it is not made yet';
      return Promise.reject(new EdgeError('IPC_DISCONNECTED', { operation, reason }));
    }
    return this.session.call(request, timeoutMs ?? this.times.callTimeoutMs, start);
  }

  /** Opens a subscription that lasts. What the nucleus refuses at once is thrown, and then there is none. */
  async subscribe(source: Source): Promise<Subscription> {
    this.refuseWhenClosed(source.request.operation);
    const { counters, logger, times } = this;
    const subscription = new LastingSubscription(source, { timeoutMs: times.callTimeoutMs, retry: times.resubscribe, counters, logger });
    this.subscriptions.add(subscription);
    const remove = () => {
      this.subscriptions.delete(subscription);
      subscription.stop();
    };
    try {
      if (this.session !== undefined) await subscription.attach(this.session);
    } catch (error) {
      // The next connection opens it; every other refusal is the caller's to know.
      if (!isEdgeError(error) || error.code !== 'IPC_DISCONNECTED') {
        remove();
        throw error;
      }
    }
    return {
      get active() {
        return subscription.active;
      },
      close: remove,
    };
  }

  private async run(sdk: Sdk): Promise<void> {
    while (!this.closed) {
      try {
        await this.live(await Session.open(sdk, this.endpoint, this.times.connectTimeoutMs, this.counters, this.logger));
      } catch (error) {
        if (!isEdgeError(error)) throw error;
        this.connectFailed(error);
      }
      if (!this.closed) await this.pause(this.backoff.nextMs());
    }
  }

  /** One connection from its handshake to its end. */
  private async live(session: Session): Promise<void> {
    if (this.closed) return session.close('the client was closed');
    this.session = session;
    this.counters.connections += 1;
    const heartbeat = new Heartbeat(session, await this.componentName(session), {
      intervalMs: this.times.heartbeatMs,
      timeoutMs: this.times.callTimeoutMs,
      retry: this.times.resubscribe,
      counters: this.counters,
      logger: this.logger,
    });
    await Promise.all([...this.subscriptions].map((subscription) => subscription.reattach(session)));
    if (this.times.heartbeatMs > 0) await heartbeat.start();
    this.announce();
    const reason = await session.ended;
    this.session = undefined;
    heartbeat.stop();
    for (const subscription of this.subscriptions) subscription.detach();
    await session.close(reason);
    this.counters.disconnections += 1;
    this.logger[this.closed ? 'info' : 'warn']({ reason }, 'The connection to the nucleus ended.');
    this.emit('disconnected', { reason });
  }

  private announce(): void {
    this.backoff.reset();
    this.lastFailure = undefined;
    this.logger.info({ connections: this.counters.connections }, 'Connected to the nucleus.');
    for (const waiter of [...this.waiters]) waiter.connected();
    this.emit(this.counters.connections === 1 ? 'connected' : 'reconnected');
  }

  private connectFailed(error: EdgeError): void {
    this.counters.connectFailures += 1;
    // The same sentence every ten seconds helps nobody: once at each new reason.
    if (this.lastFailure?.message !== error.message) this.logger.error({ reason: describeError(error) }, 'No connection to the nucleus.');
    this.lastFailure = error;
  }

  /** The name comes with the configuration; undefined where that is not answered. */
  private async componentName(session: Session): Promise<string | undefined> {
    try {
      const request = { operation: 'GetConfiguration' };
      return (await session.call(request, this.times.callTimeoutMs, (client) => client.getConfiguration({ keyPath: [] }))).componentName;
    } catch (error) {
      this.logger.warn({ reason: describeError(error) }, 'The nucleus does not tell the name of this component.');
      return undefined;
    }
  }

  private firstConnection(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        action();
      };
      const waiter = {
        connected: () => settle(resolve),
        closed: () => settle(() => reject(new EdgeError('IPC_CLOSED', { operation: 'connect' }))),
      };
      const timedOut = () => {
        const { socketPath } = this.endpoint;
        const reason = `no connection within ${timeoutMs ?? 0} ms`;
        settle(() => reject(this.lastFailure ?? new EdgeError('IPC_CONNECT_FAILED', { socketPath, reason })));
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(timedOut, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private refuseWhenClosed(operation: string): void {
    if (this.closed) throw new EdgeError('IPC_CLOSED', { operation });
  }

  /** On a later turn: an exception of a listener is the listener's, and must not end the loop of connections. */
  private emit<Name extends keyof ClientEvents>(name: Name, ...event: ClientEvents[Name]): void {
    process.nextTick(() => this.events.emit(name as never, ...(event as never)));
  }
}
