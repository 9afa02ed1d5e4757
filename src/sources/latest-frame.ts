/**
 * A slot of one between a source that pushes and a pipeline that takes: the newest frame wins, the one before it is released
 * and counted. A queue of pictures would be a queue of lies about the present.
 */
export class LatestFrame<T> {
  superseded = 0;
  readonly #release: (frame: T) => void;
  #frame: T | undefined;
  #failure: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param release frees what a frame holds that the garbage collector does not know */
  constructor(release: (frame: T) => void = () => undefined) {
    this.#release = release;
  }

  put(frame: T): void {
    if (this.#frame !== undefined) {
      this.#release(this.#frame);
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
  async take(signal: AbortSignal): Promise<T | undefined> {
    while (this.#frame === undefined && !this.#ended && !signal.aborted) await this.#changed(signal);
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame !== undefined) return frame;
    if (this.#failure) throw this.#failure;
    return undefined;
  }

  clear(): void {
    if (this.#frame !== undefined) this.#release(this.#frame);
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
