/** A pause in the work of a pipeline: asked for, begun once the source is closed, and over when it may be opened again. */
export class Pause {
  readonly begun: Promise<void>;
  begin!: () => void;
  readonly #ended = new AbortController();

  constructor() {
    this.begun = new Promise((resolve) => (this.begin = resolve));
  }

  end(): void {
    this.#ended.abort();
  }

  async over(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([this.#ended.signal, signal]);
    if (!either.aborted)
      await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
  }
}
