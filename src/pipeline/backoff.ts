/** Waiting times between restarts: at once the first time, then doubling up to a limit, spread so that many devices do not march in step. */
export class Backoff {
  #attempts = 0;
  readonly #maxMs: number;
  readonly #random: () => number;

  constructor(maxMs: number, random: () => number = Math.random) {
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** Restarts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next delay in ms: 0.1 s, 1 s, 2 s, 4 s, …, the limit; each but the first between half and all of that. */
  next(): number {
    const attempt = this.#attempts++;
    if (attempt === 0) return 100;
    const full = Math.min(this.#maxMs, 1000 * 2 ** (attempt - 1));
    return full * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
