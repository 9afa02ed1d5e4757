import { performance } from 'node:perf_hooks';
import type { Logger } from '../../logger.js';

const stepPercent = 10;
const intervalMs = 5_000;

/** Tells the log how far a download is: at each tenth, and every five seconds in between. */
export class Progress {
  readonly #uri: string;
  readonly #logger: Logger;
  readonly #totalBytes: number;
  #toldPercent: number;
  #toldAt = performance.now();

  constructor(uri: string, totalBytes: number, fromBytes: number, logger: Logger) {
    this.#uri = uri;
    this.#totalBytes = totalBytes;
    this.#logger = logger;
    this.#toldPercent = this.#percent(fromBytes);
    const megabytes = Math.round(totalBytes / 1e5) / 10;
    logger.info(
      { uri, megabytes, ...(fromBytes > 0 && { fromPercent: this.#toldPercent }) },
      'fetching a model',
    );
  }

  at(bytes: number): void {
    const percent = this.#percent(bytes);
    const tenth = Math.floor(percent / stepPercent) > Math.floor(this.#toldPercent / stepPercent);
    if (!tenth && performance.now() - this.#toldAt < intervalMs) return;
    this.#toldPercent = percent;
    this.#toldAt = performance.now();
    this.#logger.info({ uri: this.#uri, percent }, 'fetching a model');
  }

  #percent(bytes: number): number {
    return Math.floor((100 * bytes) / Math.max(1, this.#totalBytes));
  }
}
