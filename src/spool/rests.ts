import { performance } from 'node:perf_hooks';
import { Backoff } from '../backoff.js';
import type { UploadItem, UploadOutcome } from './items.js';

type Failure = Exclude<UploadOutcome, { status: 'uploaded' }>;
type Target = Pick<UploadItem, 'bucket' | 'owner'>;

/** A bucket that did not take something for an owner: nothing more is tried for a while. */
interface Rest {
  readonly backoff: Backoff;
  untilMs: number;
  outcome: Failure;
}

/** The network comes back soon; a bucket or a right is brought back by a person. */
const delays = {
  delayed: { initialMs: 1000, maxMs: 300_000 },
  refused: { initialMs: 30_000, maxMs: 3_600_000 },
};

/** Which buckets are at rest, for which owners, and why. */
export class Rests {
  /** Bucket and owner → its rest. */
  readonly #rests = new Map<string, Rest>();

  get firstFault(): string | undefined {
    return [...this.#rests.values()][0]?.outcome.error;
  }

  /** The times in ms until those that are not over yet end. */
  get remainingMs(): number[] {
    return [...this.#rests.values()].map(({ untilMs }) => untilMs - performance.now()).filter((ms) => ms > 0);
  }

  /** Why nothing is tried now; undefined where it may be. */
  reason(target: Target): Failure | undefined {
    const rest = this.#rests.get(restKey(target));
    return rest && performance.now() < rest.untilMs ? rest.outcome : undefined;
  }

  /** @returns whether the reason is another than that of the rest before */
  begin(target: Target, outcome: Failure): boolean {
    const key = restKey(target);
    const before = this.#rests.get(key);
    const isNews = before?.outcome.error !== outcome.error;
    const now = performance.now();
    if (before?.outcome.status !== outcome.status) {
      const backoff = new Backoff(delays[outcome.status]);
      this.#rests.set(key, { backoff, outcome, untilMs: now + backoff.nextMs() });
      return isNews;
    }
    before.outcome = outcome;
    // Those that were under way together fail together: one outage, one step.
    if (now >= before.untilMs) before.untilMs = now + before.backoff.nextMs();
    return isNews;
  }

  end(target: Target): void {
    this.#rests.delete(restKey(target));
  }
}

const restKey = ({ bucket, owner }: Target): string => `${bucket} ${owner}`;
