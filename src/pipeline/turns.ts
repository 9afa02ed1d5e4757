import { performance } from 'node:perf_hooks';

/** A request that has waited for this long gets the next turn, though a frame may be late by it. */
const patienceMs = 1000;

interface Turn {
  readonly askedAt: number;
  readonly take: () => void;
}

/**
 * Who runs the model next: one at a time. Frames of sources come first, in the order in which they came, so that pipelines which
 * share a model take turns; a request runs where it is over before the next tick is due.
 */
export class InferenceTurns {
  readonly #frames: Turn[] = [];
  readonly #requests: Turn[] = [];
  /** When the next frame of each source is due, on the monotonic clock; undefined where that is not known. */
  readonly #sources = new Set<() => number | undefined>();
  #since: number | undefined;
  /** How long the last turn took. */
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** How long the turn in progress has taken, in ms; 0 where there is none. */
  get busyMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** @returns what takes it off the list again */
  expectFrames(dueAt: () => number | undefined): () => void {
    this.#sources.add(dueAt);
    return () => this.#sources.delete(dueAt);
  }

  /** For a frame of a source. */
  frame<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter(this.#frames, work);
  }

  /** For a request; one that is given up before its turn comes does not run. @throws the signal's reason */
  async request<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    return this.#enter(this.#requests, work, signal);
  }

  #enter<T>(queue: Turn[], work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = () => {
        queue.splice(queue.indexOf(turn), 1);
        reject(signal?.reason as Error);
      };
      const turn: Turn = {
        askedAt: performance.now(),
        take: () => {
          signal?.removeEventListener('abort', giveUp);
          void work()
            .finally(() => this.#end())
            .then(resolve, reject);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      queue.push(turn);
      this.#next();
    });
  }

  #next(): void {
    if (this.#since !== undefined) return;
    clearTimeout(this.#timer);
    const turn = this.#frames.shift() ?? (this.#requestMayRun() ? this.#requests.shift() : undefined);
    if (!turn) return;
    this.#since = performance.now();
    turn.take();
  }

  #end(): void {
    this.#lastMs = this.busyMs;
    this.#since = undefined;
    this.#next();
  }

  #requestMayRun(): boolean {
    const first = this.#requests[0];
    if (!first) return false;
    const now = performance.now();
    const dues = [...this.#sources].map((dueAt) => dueAt() ?? 0).filter((due) => due > now);
    const left = first.askedAt + patienceMs - now;
    if (left <= 0 || now + this.#lastMs <= Math.min(...dues)) return true;
    // Asked again after the next frame, and when its patience is at its end.
    this.#timer = setTimeout(() => this.#next(), left);
    return false;
  }
}
