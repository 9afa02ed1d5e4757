import { EdgeError, describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { GreengrassCounters } from './counters.js';
import { fromRpcError, type Request } from './rpc-error.js';
import type { SdkClient } from './sdk.js';

/** A streaming operation of the SDK, as far as it is used here. */
export interface SdkStream {
  on(event: 'message', listener: (event: unknown) => void): unknown;
  on(event: 'streamError', listener: (error: Error) => void): unknown;
  on(event: 'ended', listener: () => void): unknown;
  activate(): Promise<unknown>;
  close(): Promise<void>;
}

export interface StreamListeners {
  /** Takes a message; may throw, which is counted. */
  message(event: unknown): void;
  /** The nucleus ended the stream although the connection lives. */
  ended(): void;
}

/** Answers that may be owed after time-outs before the connection counts as lost: the SDK cannot cancel a call safely. */
const maxOwedAnswers = 64;

const closeTimeoutMs = 1_000;

/** How long the end of a stream may precede the end of its connection. */
const endedGraceMs = 100;

/**
 * One connection to the nucleus. The SDK's client connects once and leaves calls in flight for ever when the connection
 * ends; here every call has a time-out and ends with its connection.
 */
export class Session {
  private readonly pending = new Set<(reason: string) => void>();
  private owedAnswers = 0;
  private endReason: string | undefined;
  private settleEnded: (reason: string) => void = () => undefined;
  /** Resolves with the reason when the connection is over; never rejects. */
  readonly ended = new Promise<string>((resolve) => (this.settleEnded = resolve));

  /** Takes over a client of the SDK, connected or about to be. Use `openSession`. */
  constructor(
    private readonly client: SdkClient,
    private readonly counters: GreengrassCounters,
    private readonly logger: Logger,
  ) {
    client.on('disconnection', (event) =>
      this.end(event === undefined ? 'the connection ended' : describeError(event.reason)),
    );
  }

  get alive(): boolean {
    return this.endReason === undefined;
  }

  /**
   * Does one request.
   * @throws EdgeError IPC_TIMEOUT, IPC_DISCONNECTED, IPC_UNAUTHORIZED, IPC_SERVICE_ERROR
   */
  call<Response>(
    request: Request,
    timeoutMs: number,
    start: (client: SdkClient) => Promise<Response>,
  ): Promise<Response> {
    const { operation } = request;
    if (this.endReason !== undefined) {
      return Promise.reject(new EdgeError('IPC_DISCONNECTED', { operation, reason: this.endReason }));
    }
    return new Promise<Response>((resolve, reject) => {
      let open = true;
      const finish = () => {
        open = false;
        clearTimeout(timer);
        this.pending.delete(disconnect);
      };
      const disconnect = (reason: string) => {
        finish();
        reject(new EdgeError('IPC_DISCONNECTED', { operation, reason }));
      };
      const timer = setTimeout(() => {
        finish();
        this.owe();
        reject(new EdgeError('IPC_TIMEOUT', { ...request, timeoutMs }));
      }, timeoutMs);
      this.pending.add(disconnect);
      const late = () => {
        if (this.endReason !== undefined) return;
        this.owedAnswers -= 1;
        this.counters.lateAnswers += 1;
      };
      start(this.client).then(
        (response) => {
          if (!open) {
            late();
            return;
          }
          finish();
          resolve(response);
        },
        (error: unknown) => {
          if (!open) {
            late();
            return;
          }
          finish();
          const failure = fromRpcError(error, request);
          if (failure.code === 'IPC_UNAUTHORIZED') this.counters.denied += 1;
          reject(failure);
        },
      );
    });
  }

  /** Opens a subscription. @returns a function that ends it. @throws as `call` */
  async stream(
    request: Request,
    timeoutMs: number,
    create: (client: SdkClient) => SdkStream,
    listeners: StreamListeners,
  ): Promise<() => void> {
    let operation: SdkStream | undefined;
    let closed = false;
    const close = () => {
      closed = true;
      operation
        ?.close()
        .catch((error: unknown) =>
          this.logger.warn(
            { ...request, reason: describeError(error) },
            'A subscription did not close in order.',
          ),
        );
    };
    try {
      // Creating the operation throws where the connection has just ended.
      await this.call(request, timeoutMs, async (client) => {
        operation = create(client);
        operation.on('message', (event) => {
          if (!closed) listeners.message(event);
        });
        operation.on('streamError', (error) => {
          this.counters.receiveFailures += 1;
          this.logger.warn(
            { ...request, reason: describeError(error) },
            'A message of a subscription could not be read.',
          );
        });
        operation.on('ended', () => {
          // The streams of a dying connection end some turns before the connection itself is reported.
          setTimeout(() => {
            if (!closed && this.alive) listeners.ended();
          }, endedGraceMs).unref();
        });
        await operation.activate();
      });
    } catch (error) {
      close();
      throw error;
    }
    return close;
  }

  /** Ends the connection; calls in flight are rejected with the reason. Idempotent, and never longer than a second. */
  async close(reason: string): Promise<void> {
    this.end(reason);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), closeTimeoutMs);
    });
    try {
      const outcome = await Promise.race([this.client.close(), late]);
      if (outcome === 'late') closeBelow(this.client);
    } catch (error) {
      this.logger.warn({ reason: describeError(error) }, 'The IPC connection did not close in order.');
    } finally {
      clearTimeout(timer);
    }
  }

  private owe(): void {
    this.counters.timeouts += 1;
    this.owedAnswers += 1;
    if (this.owedAnswers > maxOwedAnswers) void this.close(`the nucleus owes ${this.owedAnswers} answers`);
  }

  private end(reason: string): void {
    if (this.endReason !== undefined) return;
    this.endReason = reason;
    for (const disconnect of [...this.pending]) disconnect(reason);
    this.settleEnded(reason);
  }
}

/**
 * Closes the socket itself. The SDK's `close` first says farewell on each stream and waits until that is written, for ever
 * where the nucleus has stopped reading (SIGSTOP, a hang); its connection is private, so an SDK without it is left as it is.
 */
function closeBelow(client: SdkClient): void {
  const below = client as unknown as { rpcClient?: { connection?: { close?(): void } } };
  below.rpcClient?.connection?.close?.();
}
