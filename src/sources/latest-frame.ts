import type { Frame } from '../types.js';

/**
 * A slot of one between a source that pushes and a pipeline that takes: the newest frame wins, the one before it is released
 * and counted. A queue of pictures would be a queue of lies about the present.
 */
export class LatestFrame {
  superseded = 0;
  #frame: Frame | undefined;
  #failure: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  put(frame: Frame): void {
    if (this.#frame) {
      this.#frame.picture.release();
      this.superseded++;
    }
    this.#frame = frame;
    this.#notify();
  }

  /** The source ended, or failed: whoever waits is told. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure = failure;
    this.#notify();
  }

  /** The newest frame that nobody took yet; waits for one. Undefined at the end. @throws what the source failed with */
  async take(signal: AbortSignal): Promise<Frame | undefined> {
    while (!this.#frame && !this.#ended && !signal.aborted) await this.#changed(signal);
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame) return frame;
    if (this.#failure) throw this.#failure;
    return undefined;
  }

  clear(): void {
    this.#frame?.picture.release();
    this.#frame = undefined;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  async #changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
