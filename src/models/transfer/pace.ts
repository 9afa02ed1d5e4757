import { TooSlow } from './verdict.js';
import type { TransferPolicy } from './policy.js';

/** Ends what does not move: without so many bytes in each window, its signal is aborted with TooSlow. */
export class Pace {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #windowBytes = 0;

  constructor({ windowMs, minWindowBytes }: TransferPolicy, outer: AbortSignal | undefined) {
    this.signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
    this.#timer = setInterval(() => {
      if (this.#windowBytes < minWindowBytes) {
        this.#controller.abort(new TooSlow(`only ${this.#windowBytes} bytes came in ${windowMs / 1000} s`));
      }
      this.#windowBytes = 0;
    }, windowMs);
  }

  count(bytes: number): void {
    this.#windowBytes += bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
