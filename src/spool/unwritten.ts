import type { Stored } from './items.js';

export interface Pending {
  readonly value: Buffer;
  readonly settle: (stored: Stored) => void;
}

/** Items that the disk does not take stay in memory up to this much. */
const maxBytes = 4 * 1024 * 1024;

/** Items that are not on the disk yet, by their place in the order. */
export class Unwritten {
  /** How many never reached the disk and are gone. */
  lost = 0;
  readonly #items = new Map<number, Pending>();
  readonly #onLost: (value: Buffer) => Promise<void>;
  #bytes = 0;
  #closed = false;

  /** @param onLost never rejects */
  constructor(onLost: (value: Buffer) => Promise<void>) {
    this.#onLost = onLost;
  }

  get size(): number {
    return this.#items.size;
  }

  get entries(): [number, Pending][] {
    return [...this.#items];
  }

  add(sequence: number, item: Pending): void {
    this.#items.set(sequence, item);
    this.#bytes += item.value.byteLength;
    if (this.#closed) void this.#lose(sequence);
  }

  /** @returns the item, where it was still here */
  take(sequence: number): Pending | undefined {
    const item = this.#items.get(sequence);
    if (!item) return undefined;
    this.#items.delete(sequence);
    this.#bytes -= item.value.byteLength;
    return item;
  }

  /** There is no disk for now: nobody waits for it, which may take days. */
  settleInMemory(): void {
    for (const { settle } of this.#items.values()) settle('memory');
  }

  /**
   * Loses the oldest above the bound. What is being written stays: it may come through.
   * @param written the last place that is, or may be, on the disk
   */
  bound(written: number): void {
    for (const sequence of this.#items.keys()) {
      if (this.#bytes <= maxBytes) break;
      if (sequence > written) void this.#lose(sequence);
    }
  }

  /** Loses what is still here, and all that comes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#items.keys()].map((sequence) => this.#lose(sequence)));
  }

  async #lose(sequence: number): Promise<void> {
    const item = this.take(sequence);
    if (!item) return;
    this.lost++;
    item.settle('lost');
    await this.#onLost(item.value);
  }
}
