import { pause } from '../pause.js';

/** Lets one loop wait for news, of which none is missed. */
export class Wake {
  #news = false;
  #ring: (() => void) | undefined;

  notice(): void {
    this.#news = true;
    this.#ring?.();
  }

  /** Settles at the first news since it was last called, after the time, or with the signal. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#news) {
      const timer = new AbortController();
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#ring = resolve;
        }),
        pause(ms, AbortSignal.any([signal, timer.signal])),
      ]);
      timer.abort();
    }
    this.#news = false;
    this.#ring = undefined;
  }
}
