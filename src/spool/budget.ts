import type { Logger } from '../logger.js';
import { removeLeftovers } from './leftovers.js';
import { headroomBytes, MeasuredFolder } from './measured-folder.js';
import type { Stock } from './stock.js';
import type { Store } from './store.js';

export interface BudgetOptions {
  /** Of this kind of item, with the folder of the store in it. */
  readonly folder: string;
  /** Name of the folder of the store. */
  readonly version: string;
  readonly maxBytes: number;
  /** Before an item is dropped. */
  readonly onEvict?: ((value: Buffer) => Promise<void>) | undefined;
  readonly logger: Logger;
}

/** Items that are read at once to be dropped. */
const evictedAtOnce = 500;

/** The space that items may take on the disk: above it the oldest go, and are counted. */
export class Budget {
  /** Items that were dropped. */
  lost = 0;
  readonly #options: BudgetOptions;
  readonly #size: MeasuredFolder;
  #maxBytes: number;
  #evictedUpTo = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes;
    this.#size = new MeasuredFolder(options.folder);
  }

  get diskBytes(): number {
    return this.#size.bytes;
  }

  set maxBytes(bytes: number) {
    this.#maxBytes = bytes;
    this.#size.expire();
  }

  /** The folder grew. */
  added(bytes: number): void {
    this.#size.added(bytes);
  }

  /** Whether an item that was read before has gone since. */
  hasEvicted(sequence: number): boolean {
    return sequence <= this.#evictedUpTo;
  }

  /** Measures now and then, and makes room where it is needed. @throws what the store throws */
  async keep(store: Store, stock: Stock): Promise<void> {
    if (!this.#size.isStale(this.#maxBytes)) return;
    let bytes = await this.#size.measure();
    const limit = this.#maxBytes - headroomBytes;
    // What is left of items that are gone.
    if (bytes > limit || (stock.onDisk === 0 && bytes > headroomBytes)) {
      const [first] = await store.read(stock.cursor, 1);
      await store.compact(first ? first.sequence : stock.next);
      bytes = await this.#size.measure();
    }
    const { folder, version, logger } = this.#options;
    if (bytes > limit && (await removeLeftovers(folder, version, logger))) bytes = await this.#size.measure();
    while (bytes > limit && stock.onDisk > 0) {
      await this.#evict(store, stock, Math.max(1, Math.ceil(stock.onDisk / 10)));
      bytes = await this.#size.measure();
    }
  }

  async #evict(store: Store, stock: Stock, count: number): Promise<void> {
    const { onEvict, logger } = this.#options;
    let [last, left] = [stock.cursor, count];
    while (left > 0) {
      const items = await store.read(last, Math.min(left, evictedAtOnce));
      if (items.length === 0) break;
      last = items.at(-1)?.sequence ?? last;
      left -= items.length;
      const gone = items.filter(({ sequence }) => !stock.removals.has(sequence));
      for (const { value } of gone) if (value) await onEvict?.(value);
      await store.write(
        [],
        items.map(({ sequence }) => sequence),
      );
      for (const { sequence } of items) stock.removals.delete(sequence);
      stock.onDisk -= items.length;
      this.lost += gone.length;
    }
    this.#evictedUpTo = last;
    await store.compact(last + 1);
    logger.warn(
      { count, lostToBudget: this.lost, maxBytes: this.#maxBytes },
      'The budget of the spool is reached: the oldest items are gone.',
    );
  }
}
