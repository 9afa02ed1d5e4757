import { performance } from 'node:perf_hooks';
import { folderBytes } from './folder-size.js';

/** LevelDB needs room for a log, and for tables that are made while the old ones are still there. */
export const headroomBytes = 4 * 1024 * 1024;
const measureIntervalMs = 5000;

/** A folder's size: measured on the disk, since only the disk knows what LevelDB's compression and leftovers come to. */
export class MeasuredFolder {
  readonly #folder: string;
  #bytes = 0;
  #addedBytes = 0;
  #measuredAtMs = -Infinity;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As it was last measured. */
  get bytes(): number {
    return this.#bytes;
  }

  added(bytes: number): void {
    this.#addedBytes += bytes;
  }

  /** The last measurement does not count any more. */
  expire(): void {
    this.#measuredAtMs = -Infinity;
  }

  isStale(maxBytes: number): boolean {
    return (
      this.#addedBytes > Math.min(headroomBytes / 4, maxBytes / 64) ||
      performance.now() - this.#measuredAtMs > measureIntervalMs
    );
  }

  async measure(): Promise<number> {
    this.#addedBytes = 0;
    this.#measuredAtMs = performance.now();
    this.#bytes = await folderBytes(this.#folder);
    return this.#bytes;
  }
}
