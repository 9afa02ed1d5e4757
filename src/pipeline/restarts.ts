import { Backoff } from '../backoff.js';
import type { SupervisionConfig } from '../config/document.js';

/** After so many in a row a pipeline gets a process of its own: another one may be what ends the shared one. */
const together = 2;

/** A model that ends its process so many times before it is ready is no good. */
const fruitless = 3;

/** When a pipeline is started again after it ended: at once the first time, then with growing pauses. */
export class Restarts {
  #maxSeconds: number;
  #backoff: Backoff;
  #inARow = 0;
  #failedStarts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ maxRestartDelaySeconds }: SupervisionConfig) {
    this.#maxSeconds = maxRestartDelaySeconds;
    this.#backoff = backoffOf(maxRestartDelaySeconds);
  }

  get pending(): boolean {
    return this.#timer !== undefined;
  }

  /** Whether sharing a process was no good lately. */
  get alone(): boolean {
    return this.#inARow > together;
  }

  configure({ maxRestartDelaySeconds }: SupervisionConfig): void {
    if (maxRestartDelaySeconds === this.#maxSeconds) return;
    this.#maxSeconds = maxRestartDelaySeconds;
    this.#backoff = backoffOf(maxRestartDelaySeconds);
  }

  /** @returns in how many ms it will be */
  schedule(start: () => void): number {
    this.#inARow++;
    this.#failedStarts++;
    const delayMs = this.#backoff.nextMs();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      start();
    }, delayMs);
    return delayMs;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Its model is ready; it may still end its process soon. */
  ready(): void {
    this.#failedStarts = 0;
  }

  /** Whether its model is at fault, since it has not been ready for several starts. */
  get hopeless(): boolean {
    return this.#failedStarts >= fruitless;
  }

  /** It works: the next restart is at once again. */
  recovered(): void {
    this.#inARow = 0;
    this.#backoff.reset();
  }
}

/** At once the first time: a crash that happens once should cost as few frames as possible. */
const backoffOf = (maxSeconds: number): Backoff =>
  new Backoff({ firstMs: 100, initialMs: 1000, maxMs: maxSeconds * 1000 });
