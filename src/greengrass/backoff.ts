export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Waiting times that double up to a maximum, each shortened by a random share of a half, so that a fleet does not come back in step. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number = Math.random,
  ) {}

  nextMs(): number {
    const ceiling = Math.min(this.options.maxMs, this.options.initialMs * 2 ** this.attempts);
    this.attempts = Math.min(this.attempts + 1, 30);
    return ceiling * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.attempts = 0;
  }
}
