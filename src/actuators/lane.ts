import { performance } from 'node:perf_hooks';
import type { ActionConfig } from '../config/action.js';
import { withDeadline } from '../deadline.js';
import { describeError, EdgeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { Actuator, Occasion } from './index.js';

export type FailSafeCause = 'stop' | 'crash' | 'lostSource';

export interface ActionCounters {
  done: number;
  failed: number;
  /** Not done because too many before them still wait: an actuator that hangs. */
  dropped: number;
  /** Not done because of `minIntervalSeconds`. */
  limited: number;
  /** Only said, not done. */
  dryRun: number;
  /** How often an actuator was brought into its fail-safe state. */
  failSafe: number;
}

export interface LaneOptions {
  readonly counters: ActionCounters;
  readonly dryRun: boolean;
  readonly logger: Logger;
  /** What became of one time. */
  readonly onOutcome: (
    rule: string,
    type: ActionConfig['type'],
    summary: string,
    failure: string | undefined,
  ) => void;
}

const maxWaiting = 8;
/** The fail-safe state is reached or given up within this, so that a stop is never held up. */
const failSafeMs = 5000;

/** The times of one action, one after the other, so that one that hangs delays no other action. */
export class ActionLane {
  readonly #config: ActionConfig;
  readonly #actuator: Actuator;
  readonly #options: LaneOptions;
  #working: Promise<void> = Promise.resolve();
  #waiting = 0;
  #lastMs = -Infinity;
  /** In its fail-safe state, and not acted since. */
  #safe = false;
  #ending = new AbortController();

  constructor(config: ActionConfig, actuator: Actuator, options: LaneOptions) {
    this.#config = config;
    this.#actuator = actuator;
    this.#options = options;
  }

  /** Settles when it is done or has failed; never rejects. */
  fire(occasion: Occasion): Promise<void> {
    const { counters } = this.#options;
    const { minIntervalSeconds, type } = this.#config;
    const { summary } = this.#actuator;
    const now = performance.now();
    if (now - this.#lastMs < minIntervalSeconds * 1000) {
      counters.limited++;
      return Promise.resolve();
    }
    if (this.#waiting >= maxWaiting) {
      counters.dropped++;
      this.#fail(
        occasion.rule,
        new EdgeError('ACTION_DROPPED', { action: `${type} ${summary}`, waiting: this.#waiting }),
      );
      return Promise.resolve();
    }
    this.#lastMs = now;
    this.#safe = false;
    if (this.#isDryRun) {
      counters.dryRun++;
      this.#options.logger.info({ rule: occasion.rule, type, summary }, 'dry run: the action is not done');
      return Promise.resolve();
    }
    return this.#queue(async (signal) => {
      try {
        await withSignal(this.#actuator.act(occasion, signal), signal, `${type} ${summary}`);
        counters.done++;
        this.#options.onOutcome(occasion.rule, type, summary, undefined);
      } catch (error) {
        counters.failed++;
        this.#fail(occasion.rule, error);
      }
    });
  }

  /** The condition of the rule no longer holds. */
  release(): Promise<void> {
    if (!this.#actuator.release || this.#isDryRun) return Promise.resolve();
    return this.#queue(async () => {
      try {
        await this.#actuator.release?.();
      } catch (error) {
        this.#options.counters.failed++;
        this.#fail('', error);
      }
    });
  }

  /** How long without a result until the fail-safe state is due; undefined: never. */
  get lostSourceSeconds(): number | undefined {
    return this.#failSafeConfig?.lostSourceSeconds ?? undefined;
  }

  /** Whatever is under way is given up. Never rejects; settles within five seconds. */
  async failSafe(cause: FailSafeCause): Promise<void> {
    const config = this.#failSafeConfig;
    if (!config || !this.#actuator.failSafe || this.#safe || this.#isDryRun) return;
    if ((cause === 'stop' && !config.onStop) || (cause === 'crash' && !config.onCrash)) return;
    this.#safe = true;
    this.#ending.abort();
    this.#ending = new AbortController();
    const { counters, logger } = this.#options;
    const { summary } = this.#actuator;
    const { type } = this.#config;
    const signal = AbortSignal.timeout(failSafeMs);
    try {
      await withSignal(this.#actuator.failSafe(signal), signal, `${type} ${summary}`);
      counters.failSafe++;
      logger.warn({ cause, type, summary }, 'the fail-safe state is reached');
    } catch (error) {
      this.#safe = false;
      counters.failed++;
      this.#fail('fail-safe', error);
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#actuator.close?.();
  }

  get #isDryRun(): boolean {
    return this.#config.dryRun || this.#options.dryRun;
  }

  get #failSafeConfig() {
    return 'failSafe' in this.#config ? this.#config.failSafe : undefined;
  }

  async #queue(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#waiting++;
    const ending = this.#ending.signal;
    const working = this.#working.then(() => {
      // What waited when the fail-safe state was asked for must not undo it.
      if (ending.aborted) return undefined;
      return withDeadline(ending, Math.ceil(this.#config.timeoutSeconds * 1000), work);
    });
    this.#working = working.finally(() => this.#waiting--);
    await this.#working;
  }

  #fail(rule: string, error: unknown): void {
    const failure = describeError(error);
    const { type } = this.#config;
    const { summary } = this.#actuator;
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#options.logger.error({ code, rule, type }, `An action failed. ${failure}`);
    this.#options.onOutcome(rule, type, summary, failure);
  }
}

/** Ends the waiting with the signal, even where what is waited for pays no heed to it. */
async function withSignal(work: Promise<void>, signal: AbortSignal, action: string): Promise<void> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(new EdgeError('ACTION_FAILED', { action, reason: 'it took too long or was given up' }));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // It may fail later, when nobody waits for it any more.
    work.catch(() => undefined);
  }
}
