import type { DlrConfig } from './config/document.js';
import { cappedThreads, usableThreads } from './engines/threads.js';
import type { Logger } from './logger.js';

/** Says once, and again only where it changes, that the threads of the configuration are more than this machine has cores. */
export class ThreadLimit {
  readonly #logger: Logger;
  #asked = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  apply({ threads: asked }: DlrConfig): void {
    const threads = usableThreads(asked);
    if (threads < asked && asked !== this.#asked)
      this.#logger.warn({ asked, threads }, cappedThreads('dlr.threads', asked));
    this.#asked = asked;
  }
}
