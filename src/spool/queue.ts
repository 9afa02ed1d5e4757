import path from 'node:path';
import type { Logger } from '../logger.js';
import { Budget } from './budget.js';
import type { LaneStatus, Stored } from './items.js';
import { KeptStore } from './kept-store.js';
import { Stock } from './stock.js';
import type { Store, StoredItem } from './store.js';
import { Unsynced } from './unsynced.js';
import { Unwritten } from './unwritten.js';

/** The budgets of the configuration count in these. */
export const megabyte = 1_000_000;

export interface QueueOptions {
  /** Of this kind of item; the store is in a folder below that is named by the version of its format. */
  readonly folder: string;
  readonly maxBytes: number;
  /** When an item is dropped unsent: because of the budget, or because no disk took it. */
  readonly onLost?: (value: Buffer) => Promise<void>;
  readonly logger: Logger;
}

export type QueueCounters = Pick<LaneStatus, 'lostToBudget' | 'lostWithoutDisk' | 'damaged' | 'repairs'>;

/** The format of the store and of what is in it. Another version has another folder, and is left to those who know it. */
const version = 'v1';

/**
 * Items in order: on the disk within a budget, and in memory where the disk cannot be used. One loop writes, so that everything
 * reaches the disk in the order in which it was asked for.
 */
export class Queue {
  readonly #stock = new Stock();
  readonly #kept: KeptStore;
  readonly #budget: Budget;
  readonly #pending: Unwritten;
  readonly #unsynced: Unsynced;
  #reads = 0;
  /** What a reading that is under way may still find, on the disk or in memory. */
  readonly #removedDuringReads = new Set<number>();
  #damaged = 0;
  #working: Promise<void> | undefined;
  #closed = false;
  /** Called when there is something to read. */
  onItems: () => void = () => undefined;

  constructor({ folder, maxBytes, onLost, logger }: QueueOptions) {
    this.#kept = new KeptStore({
      folder: path.join(folder, version),
      takeStock: (store) => this.#takeStock(store),
      onAgain: () => this.#work(),
      logger,
    });
    this.#budget = new Budget({ folder, version, maxBytes, onEvict: onLost, logger });
    const say = (error: unknown): void => this.#kept.fault.say(error);
    this.#pending = new Unwritten(async (value) => onLost?.(value).catch(say));
    this.#unsynced = new Unsynced(async () => {
      await this.#kept.current?.sync();
      return this.#kept.current !== undefined;
    }, say);
  }

  get counters(): QueueCounters {
    return {
      lostToBudget: this.#budget.lost,
      lostWithoutDisk: this.#pending.lost,
      damaged: this.#damaged,
      repairs: this.#kept.repairs,
    };
  }

  get waiting(): number {
    return Math.max(0, this.#stock.onDisk - this.#stock.removals.size) + this.#pending.size;
  }

  get diskBytes(): number {
    return this.#budget.diskBytes;
  }

  get diskFault(): string | undefined {
    return this.#kept.fault.reason;
  }

  set maxBytes(bytes: number) {
    this.#budget.maxBytes = bytes;
    this.#work();
  }

  /** Opens what is on the disk. Never rejects: without a disk it goes on in memory, and tries again. */
  async open(): Promise<void> {
    this.#work();
    await this.#working;
  }

  /** @param besideBytes that it takes on the disk outside of the store */
  push(value: Buffer, besideBytes = 0): Promise<Stored> {
    return new Promise((settle) => {
      this.#pending.add(this.#stock.next++, { value, settle });
      this.#budget.added(besideBytes);
      this.#pending.bound(this.#stock.written);
      this.#work();
      this.onItems();
    });
  }

  /** @param after the place behind which to begin */
  async read(after: number, limit: number): Promise<StoredItem[]> {
    this.#reads++;
    for (const sequence of this.#stock.removals) this.#removedDuringReads.add(sequence);
    try {
      // Taken first: what reaches the disk during the reading is then in one of the two, or in both.
      const pending = this.#pending.entries.map(([sequence, { value }]) => ({ sequence, value }));
      const stored = await this.#readStore(Math.max(after, this.#stock.cursor), limit);
      if (after <= this.#stock.cursor && stored[0]) this.#stock.cursor = stored[0].sequence - 1;
      const items = new Map([...stored, ...pending].map((item) => [item.sequence, item]));
      return [...items.values()]
        .filter(({ sequence }) => sequence > after && !this.#isGone(sequence))
        .sort((a, b) => a.sequence - b.sequence)
        .slice(0, limit);
    } finally {
      if (--this.#reads === 0) this.#removedDuringReads.clear();
    }
  }

  /** Whether an item that was read before has gone to the budget since. */
  hasEvicted(sequence: number): boolean {
    return this.#budget.hasEvicted(sequence);
  }

  #isGone(sequence: number): boolean {
    return this.#removedDuringReads.has(sequence) || this.hasEvicted(sequence);
  }

  /** An item is done with. */
  remove(sequence: number): void {
    this.#pending.take(sequence)?.settle('memory');
    if (sequence <= this.#stock.written) this.#stock.removals.add(sequence);
    if (this.#reads > 0) this.#removedDuringReads.add(sequence);
    this.#work();
  }

  /** Removes an item that is damaged on the disk. */
  dropDamaged(sequence: number): void {
    this.#damaged++;
    this.remove(sequence);
  }

  /** Everything that can be on the disk is on it when this settles. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#kept.stop();
    this.#unsynced.stopTimer();
    await this.#working;
    const store = this.#kept.current;
    if (store && this.#isDirty) await this.#write(store);
    await this.#unsynced.sync();
    await this.#pending.close();
    await this.#kept.close();
  }

  get #isDirty(): boolean {
    return this.#pending.size > 0 || this.#stock.removals.size > 0;
  }

  /** With those that are removed already, and only not yet on the disk: what comes is at least `limit` others, or all. */
  async #readStore(after: number, limit: number): Promise<StoredItem[]> {
    const store = this.#kept.current;
    if (!store) return [];
    try {
      const items = await store.read(after, limit + this.#stock.removals.size);
      this.#kept.wasRead();
      return items;
    } catch (error) {
      if (!this.#closed) await this.#kept.fail(store, error);
      return [];
    }
  }

  #work(): void {
    if (this.#closed) return;
    this.#working ??= this.#run();
  }

  async #run(): Promise<void> {
    // So that what is pushed in one turn of the event loop is written at once.
    await Promise.resolve();
    try {
      do {
        const store = await this.#kept.open();
        if (!store) return;
        if (this.#isDirty) await this.#write(store);
        await this.#keepBudget();
      } while (!this.#closed && this.#isDirty);
    } finally {
      // Before anybody is told: what they push then begins another round.
      this.#working = undefined;
      if (!this.#kept.current && !this.#closed) this.#pending.settleInMemory();
    }
  }

  async #takeStock(store: Store): Promise<number> {
    const stock = this.#stock;
    const { count, last } = await store.extent();
    // A write that failed may have come through.
    const there = await store.existing([
      ...stock.removals,
      ...this.#pending.entries.map(([sequence]) => sequence),
    ]);
    for (const sequence of stock.removals) if (!there.has(sequence)) stock.removals.delete(sequence);
    stock.onDisk = count - (there.size - stock.removals.size);
    stock.next = Math.max(stock.next, last + 1);
    stock.written = Math.max(stock.written, last);
    if (count > 0) this.onItems();
    return stock.onDisk;
  }

  async #write(store: Store): Promise<void> {
    const stock = this.#stock;
    const puts = this.#pending.entries;
    const removals = [...stock.removals];
    stock.written = Math.max(stock.written, puts.at(-1)?.[0] ?? 0);
    try {
      await store.write(
        puts.map(([sequence, { value }]) => [sequence, value] as const),
        removals,
      );
    } catch (error) {
      await this.#kept.fail(store, error);
      return;
    }
    this.#kept.wasWritten();
    for (const sequence of removals) stock.removals.delete(sequence);
    stock.onDisk += puts.length - removals.length;
    for (const [sequence, pending] of puts) {
      this.#budget.added(pending.value.byteLength);
      // Sent meanwhile: its removal waits for the next round.
      if (this.#pending.take(sequence)) this.#unsynced.add(pending);
    }
  }

  async #keepBudget(): Promise<void> {
    const store = this.#kept.current;
    if (!store) return;
    try {
      await this.#budget.keep(store, this.#stock);
    } catch (error) {
      await this.#kept.fail(store, error);
    }
  }
}
