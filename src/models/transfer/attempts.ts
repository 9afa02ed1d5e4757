import { setTimeout as sleep } from 'node:timers/promises';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { delayAfter, type TransferPolicy } from './policy.js';
import type { Verdict } from './verdict.js';

export interface AttemptOptions {
  readonly uri: string;
  readonly policy: TransferPolicy;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** What an error of the action means; our own errors are final. */
  judge(error: unknown): Verdict | Promise<Verdict>;
  /** Whether the attempt that failed brought something: then the count begins anew. */
  progressed?(): boolean;
}

/**
 * Repeats an action with growing, jittered pauses.
 * @throws EdgeError MODEL_ORIGIN_UNREACHABLE after the last attempt; what the verdict calls final; the signal's reason
 */
export async function repeat<T>(action: () => Promise<T>, options: AttemptOptions): Promise<T> {
  const { uri, policy, logger, signal } = options;
  for (let failures = 0; ;) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      if (isEdgeError(error)) throw error;
      const verdict = await options.judge(error);
      if ('final' in verdict) throw verdict.final;
      failures = options.progressed?.() ? 1 : failures + 1;
      if (failures >= policy.attempts) {
        throw new EdgeError(
          'MODEL_ORIGIN_UNREACHABLE',
          { uri, attempts: failures, reason: verdict.retry },
          { cause: error },
        );
      }
      const delayMs = delayAfter(failures, policy);
      logger.warn(
        { uri, reason: verdict.retry, retryInMs: Math.round(delayMs) },
        'a request for a model failed',
      );
      await sleep(delayMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
