import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { storeReason } from './store.js';

/** What keeps a folder from being used, said once for each reason: a full disk must not fill the log. */
export class DiskFault {
  readonly #folder: string;
  readonly #logger: Logger;
  #reason: string | undefined;
  /** The fault that the log has, until a write succeeds. */
  #said: string | undefined;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  say(error: unknown): void {
    const reason = storeReason(error);
    this.#reason = reason;
    if (this.#said === reason) return;
    this.#said = reason;
    const fault = new EdgeError('SPOOL_DISK', { folder: this.#folder, reason });
    this.#logger.error({ code: fault.code }, describeError(fault));
  }

  /** The folder can be read; it may still fail at the next write, which is then not said again. */
  opened(): void {
    this.#reason = undefined;
  }

  /** A write succeeded: what fails after it is news. */
  written(): void {
    this.#said = undefined;
  }
}
