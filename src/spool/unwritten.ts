import type { Stored } from './items.js';

export interface Pending {
  readonly value: Buffer;
  readonly settle: (stored: Stored) => void;
}

/** Items that the disk does not take stay in memory up to this much. */
const maxBytes = 4 * 1024 * 1024;

/** Items that are not on the disk yet, by their place in the order. */
export class Unwritten {
  readonly #items = new Map<number, Pending>();
  #bytes = 0;

  get size(): number {
    return this.#items.size;
  }

  get entries(): [number, Pending][] {
    return [...this.#items];
  }

  add(sequence: number, item: Pending): void {
    this.#items.set(sequence, item);
    this.#bytes += item.value.byteLength;
  }

  /** @returns the item, where it was still here */
  take(sequence: number): Pending | undefined {
    const item = this.#items.get(sequence);
    if (!item) return undefined;
    this.#items.delete(sequence);
    this.#bytes -= item.value.byteLength;
    return item;
  }

  /**
   * Loses the oldest above the bound. What is being written stays: it may come through.
   * @param written the last place that is, or may be, on the disk
   * @returns how many were lost
   */
  bound(written: number): number {
    let lost = 0;
    for (const [sequence, item] of this.#items) {
      if (this.#bytes <= maxBytes) break;
      if (sequence <= written) continue;
      this.take(sequence);
      lost++;
      item.settle('lost');
    }
    return lost;
  }
}
