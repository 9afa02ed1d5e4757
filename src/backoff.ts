export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** The very first wait, where one try at once is worth it. @default as the others */
  readonly firstMs?: number;
}

/** Waiting times that double up to a maximum, each shortened by a random share of a half, so that a fleet does not come back in step. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #waits = 0;

  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  nextMs(): number {
    const { initialMs, maxMs, firstMs } = this.#options;
    const wait = this.#waits++;
    if (wait === 0 && firstMs !== undefined) return firstMs;
    const doublings = Math.min(30, firstMs === undefined ? wait : wait - 1);
    return Math.min(maxMs, initialMs * 2 ** doublings) * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#waits = 0;
  }
}
