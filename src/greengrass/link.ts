import type { EventEmitter } from 'node:events';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { Backoff } from '../backoff.js';
import { newCounters, type GreengrassCounters } from './counters.js';
import type { Endpoint } from './endpoint.js';
import { FirstConnection } from './first-connection.js';
import { Heartbeat } from './heartbeat.js';
import { openSession } from './open-session.js';
import type { ClientTimes } from './options.js';
import { Pause } from './pause.js';
import type { Request } from './rpc-error.js';
import { loadSdk, type Sdk, type SdkClient } from './sdk.js';
import type { Session } from './session.js';
import { LastingSubscription, type Source } from './subscription.js';

export interface ClientEvents {
  /** The first connection is made, and the subscriptions are open. */
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
  private readonly firstConnection = new FirstConnection();
  private readonly betweenAttempts = new Pause();
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private lastFailure: EdgeError | undefined;
  private closed = false;

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
    if (this.connected) return;
    await this.firstConnection.wait(timeoutMs, () => {
      const { socketPath } = this.endpoint;
      const reason = `there was no connection within ${timeoutMs ?? 0} ms`;
      return this.lastFailure ?? new EdgeError('IPC_CONNECT_FAILED', { socketPath, reason });
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const subscription of this.subscriptions) subscription.detach();
    this.subscriptions.clear();
    this.firstConnection.closed();
    this.betweenAttempts.end();
    await this.session?.close('the client was closed');
    await this.running;
  }

  /** @throws EdgeError IPC_CLOSED, IPC_DISCONNECTED, and as Session.call */
  call<Response>(
    request: Request,
    timeoutMs: number | undefined,
    start: (client: SdkClient) => Promise<Response>,
  ): Promise<Response> {
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
    const subscription = new LastingSubscription(source, {
      timeoutMs: times.callTimeoutMs,
      retry: times.resubscribe,
      renewMs: times.renewMs,
      counters,
      logger,
    });
    this.subscriptions.add(subscription);
    const close = () => {
      this.subscriptions.delete(subscription);
      subscription.detach();
    };
    try {
      if (this.session !== undefined) await subscription.attach(this.session);
    } catch (error) {
      // The next connection opens it; every other refusal is the caller's to know.
      if (!isEdgeError(error) || error.code !== 'IPC_DISCONNECTED') {
        close();
        throw error;
      }
    }
    return {
      get active() {
        return subscription.active;
      },
      close,
    };
  }

  private async run(sdk: Sdk): Promise<void> {
    while (!this.isClosed()) {
      try {
        const { counters, logger } = this;
        const timeoutMs = this.times.connectTimeoutMs;
        await this.live(await openSession(sdk, this.endpoint, { timeoutMs, counters, logger }));
      } catch (error) {
        if (!isEdgeError(error)) throw error;
        this.connectFailed(error);
      }
      if (!this.isClosed()) await this.betweenAttempts.wait(this.backoff.nextMs());
    }
  }

  /** One connection from its handshake to its end. */
  private async live(session: Session): Promise<void> {
    if (this.closed) return session.close('the client was closed');
    this.session = session;
    this.counters.connections += 1;
    const heartbeat = await this.restore(session);
    if (session.alive) this.announce();
    const reason = await session.ended;
    this.session = undefined;
    heartbeat.stop();
    for (const subscription of this.subscriptions) subscription.detach();
    await session.close(reason);
    this.counters.disconnections += 1;
    this.logger[this.isClosed() ? 'info' : 'warn']({ reason }, 'The connection to the nucleus ended.');
    this.tell(() => this.events.emit('disconnected', { reason }));
  }

  /** Brings a new connection to the state of the one before: subscriptions, heartbeat. */
  private async restore(session: Session): Promise<Heartbeat> {
    const component = await this.componentName(session);
    const heartbeat = new Heartbeat(session, component, {
      intervalMs: this.times.heartbeatMs,
      timeoutMs: this.times.callTimeoutMs,
      retry: this.times.resubscribe,
      counters: this.counters,
      logger: this.logger,
    });
    await Promise.all([...this.subscriptions].map((subscription) => subscription.reattach(session)));
    if (session.alive && this.times.heartbeatMs > 0) await heartbeat.start();
    return heartbeat;
  }

  private announce(): void {
    this.backoff.reset();
    this.lastFailure = undefined;
    this.logger.info({ connections: this.counters.connections }, 'Connected to the nucleus.');
    this.firstConnection.made();
    const event = this.counters.connections === 1 ? 'connected' : 'reconnected';
    this.tell(() => this.events.emit(event));
  }

  private connectFailed(error: EdgeError): void {
    this.counters.connectFailures += 1;
    // The same sentence every ten seconds helps nobody: once at each new reason.
    if (this.lastFailure?.message !== error.message) {
      this.logger.error({ reason: describeError(error) }, 'No connection to the nucleus.');
    }
    this.lastFailure = error;
  }

  /** The component's own name, which comes with its configuration: the first request, and so the first proof of a connection. */
  private async componentName(session: Session): Promise<string | undefined> {
    const request = { operation: 'GetConfiguration' };
    try {
      const response = await session.call(request, this.times.callTimeoutMs, (client) =>
        client.getConfiguration({ keyPath: [] }),
      );
      return response.componentName;
    } catch (error) {
      if (isEdgeError(error) && error.code === 'IPC_TIMEOUT') {
        await session.close('it accepts connections and answers nothing');
      } else if (session.alive) {
        this.logger.warn(
          { reason: describeError(error) },
          'The nucleus does not tell the name of this component.',
        );
      }
      return undefined;
    }
  }

  /** A method, because the answer changes while the loop waits. */
  private isClosed(): boolean {
    return this.closed;
  }

  private refuseWhenClosed(operation: string): void {
    if (this.closed) throw new EdgeError('IPC_CLOSED', { operation });
  }

  /** On a later turn: an exception of a listener is the listener's, and must not end the loop of connections. */
  private tell(emit: () => void): void {
    process.nextTick(emit);
  }
}
