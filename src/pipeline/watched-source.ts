import { performance } from 'node:perf_hooks';
import { Backoff } from '../backoff.js';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import { pause } from '../pause.js';
import type { FrameSource } from '../sources/index.js';
import type { Frame } from '../types.js';
import { Patience } from './patience.js';
import { SourceHealth, type SourceStatus } from './source-health.js';

/** Between a fault and the next try: a source that is back is open again within seconds, and one that is away costs little. */
const retry = { initialMs: 500, maxMs: 5_000 };

const lookEveryMs = 250;

/** A source that is closed after each fault and stall and opened again, with back-off, for ever. */
export class WatchedSource {
  readonly #source: FrameSource;
  readonly #patience: Patience;
  readonly #backoff = new Backoff(retry);
  readonly #health: SourceHealth;
  readonly #onFault: (error: unknown) => void;

  constructor(
    source: FrameSource,
    about: { readonly type: string; readonly intervalSeconds: number },
    onFault: (error: unknown) => void,
  ) {
    this.#source = source;
    this.#patience = new Patience(about.intervalSeconds);
    this.#health = new SourceHealth(about.type);
    this.#onFault = onFault;
  }

  get counters(): FrameSource['counters'] {
    return this.#source.counters;
  }

  get faults(): number {
    return this.#health.faults;
  }

  get status(): SourceStatus {
    return this.#health.status(this.#source.counters.reopened);
  }

  /** The newest frame; undefined after a fault, which has been told and waited for. */
  async capture(signal: AbortSignal): Promise<Frame | 'ended' | undefined> {
    const limit = new AbortController();
    const { seconds } = this.#patience;
    const end = (): void => limit.abort();
    // By hand: AbortSignal.any would leave a little behind on the long-lived signal with each frame.
    signal.addEventListener('abort', end, { once: true });
    const started = performance.now();
    const timer = setInterval(() => {
      if (this.#waitedMs(started) > seconds * 1000) limit.abort();
    }, lookEveryMs);
    try {
      const frame = await this.#source.next(limit.signal);
      if (!frame && limit.signal.aborted && !signal.aborted) {
        this.#patience.lost();
        throw new EdgeError('SOURCE_STALLED', { seconds: Math.round(seconds) });
      }
      if (!frame) return 'ended';
      this.#patience.heard((performance.now() - started) / 1000);
      this.#backoff.reset();
      this.#health.gaveFrame();
      return frame;
    } catch (error) {
      // It was stopped on its way.
      if (signal.aborted) return undefined;
      const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
      this.#health.failed({ code, message: describeError(error) });
      this.#onFault(error);
      // Closed, so that the next tick opens it anew.
      await this.#source.stop();
      await pause(this.#backoff.nextMs(), signal);
      return undefined;
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', end);
    }
  }

  /** For a frame, the time of opening not counted. */
  #waitedMs(started: number): number {
    const source = this.#source;
    if (source.silent) return 0;
    if (!('openedAtMs' in source)) return performance.now() - started;
    return source.openedAtMs === undefined ? 0 : performance.now() - Math.max(started, source.openedAtMs);
  }

  stop(): Promise<void> {
    return this.#source.stop();
  }
}
