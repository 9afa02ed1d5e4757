import path from 'node:path';
import { Backoff } from '../backoff.js';
import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { DiskFault } from './disk-fault.js';
import type { LaneStatus, Stored } from './items.js';
import { removeLeftovers } from './leftovers.js';
import { headroomBytes, MeasuredFolder } from './measured-folder.js';
import { isDamage, Store, type StoredItem } from './store.js';
import { Unsynced } from './unsynced.js';
import { Unwritten } from './unwritten.js';

/** The budgets of the configuration count in these. */
export const megabyte = 1_000_000;

export interface QueueOptions {
  /** Of this kind of item; the store is in a folder below that is named by the version of its format. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Before an item is dropped because of the budget. */
  readonly onEvict?: (value: Buffer) => Promise<void>;
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
  readonly counters: { -readonly [K in keyof QueueCounters]: QueueCounters[K] } = {
    lostToBudget: 0,
    lostWithoutDisk: 0,
    damaged: 0,
    repairs: 0,
  };
  readonly #options: QueueOptions;
  readonly #folder: string;
  #maxBytes: number;
  #store: Store | undefined;
  #onDisk = 0;
  /** Above all that an earlier life left on the disk, even where the disk can be read only later. */
  #next = Date.now() * 1000;
  /** Nothing on the disk is before it: LevelDB is slow to walk over what was removed. */
  #cursor = 0;
  /** The last place that is, or may be, on the disk. */
  #written = 0;
  readonly #pending = new Unwritten();
  readonly #unsynced: Unsynced;
  /** What is to go from the disk. */
  readonly #removals = new Set<number>();
  #reads = 0;
  /** What a reading that is under way may still find, on the disk or in memory. */
  readonly #removedDuringReads = new Set<number>();
  #evictedUpTo = 0;
  #working: Promise<void> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  readonly #reopening = new Backoff({ initialMs: 1000, maxMs: 60_000 });
  #damageInARow = 0;
  readonly #fault: DiskFault;
  readonly #size: MeasuredFolder;
  #closed = false;
  /** Called when there is something to read. */
  onItems: () => void = () => undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#folder = path.join(options.folder, version);
    this.#maxBytes = options.maxBytes;
    this.#fault = new DiskFault(this.#folder, options.logger);
    this.#size = new MeasuredFolder(options.folder);
    this.#unsynced = new Unsynced(
      async () => {
        await this.#store?.sync();
        return this.#store !== undefined;
      },
      (error) => this.#fault.say(error),
    );
  }

  get waiting(): number {
    return Math.max(0, this.#onDisk - this.#removals.size) + this.#pending.size;
  }

  get diskBytes(): number {
    return this.#size.bytes;
  }

  get diskFault(): string | undefined {
    return this.#fault.reason;
  }

  set maxBytes(bytes: number) {
    this.#maxBytes = bytes;
    this.#size.expire();
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
      this.#pending.add(this.#next++, { value, settle });
      this.#size.added(besideBytes);
      this.counters.lostWithoutDisk += this.#pending.bound(this.#written);
      this.#work();
      this.onItems();
    });
  }

  /** @param after the place behind which to begin */
  async read(after: number, limit: number): Promise<StoredItem[]> {
    this.#reads++;
    for (const sequence of this.#removals) this.#removedDuringReads.add(sequence);
    try {
      // Taken first: what reaches the disk during the reading is then in one of the two, or in both.
      const pending = this.#pending.entries.map(([sequence, { value }]) => ({ sequence, value }));
      const stored = await this.#readStore(Math.max(after, this.#cursor), limit);
      if (after <= this.#cursor && stored[0]) this.#cursor = stored[0].sequence - 1;
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
    return sequence <= this.#evictedUpTo;
  }

  #isGone(sequence: number): boolean {
    return this.#removedDuringReads.has(sequence) || this.hasEvicted(sequence);
  }

  /** An item is done with. */
  remove(sequence: number): void {
    this.#pending.take(sequence)?.settle('memory');
    if (sequence <= this.#written) this.#removals.add(sequence);
    if (this.#reads > 0) this.#removedDuringReads.add(sequence);
    this.#work();
  }

  /** Removes an item that is damaged on the disk. */
  dropDamaged(sequence: number): void {
    this.counters.damaged++;
    this.remove(sequence);
  }

  /** Everything that can be on the disk is on it when this settles. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#unsynced.stopTimer();
    await this.#working;
    if (this.#store && (this.#pending.size > 0 || this.#removals.size > 0)) await this.#write(this.#store);
    await this.#unsynced.sync();
    for (const [, { settle }] of this.#pending.entries) settle('lost');
    const store = this.#store;
    this.#store = undefined;
    await store?.close().catch((error: unknown) => this.#fault.say(error));
  }

  /** With those that are removed already, and only not yet on the disk: what comes is at least `limit` others, or all. */
  async #readStore(after: number, limit: number): Promise<StoredItem[]> {
    const store = this.#store;
    if (!store) return [];
    try {
      const items = await store.read(after, limit + this.#removals.size);
      this.#damageInARow = 0;
      return items;
    } catch (error) {
      if (this.#closed) return [];
      await this.#fail(store, error);
      return [];
    }
  }

  #work(): void {
    if (this.#closed) return;
    this.#working ??= this.#run().finally(() => {
      this.#working = undefined;
    });
  }

  async #run(): Promise<void> {
    // So that what is pushed in one turn of the event loop is written at once.
    await Promise.resolve();
    do {
      this.#store ??= await this.#open();
      if (!this.#store) return;
      if (this.#pending.size > 0 || this.#removals.size > 0) await this.#write(this.#store);
      await this.#keepBudget();
    } while (!this.#closed && (this.#pending.size > 0 || this.#removals.size > 0));
  }

  async #open(): Promise<Store | undefined> {
    if (this.#retryTimer) return undefined;
    let store: Store | undefined;
    try {
      store = await Store.open(this.#folder, {
        repair: this.#damageInARow === 1,
        setAside: this.#damageInARow > 1,
      });
      await this.#takeStock(store);
      return store;
    } catch (error) {
      this.#fault.say(error);
      await store?.close().catch(() => undefined);
      if (isDamage(error) && ++this.#damageInARow <= 2) return this.#open();
      this.#retryLater();
      return undefined;
    }
  }

  async #takeStock(store: Store): Promise<void> {
    const { count, last } = await store.extent();
    // A write that failed may have come through.
    const there = await store.existing([
      ...this.#removals,
      ...this.#pending.entries.map(([sequence]) => sequence),
    ]);
    for (const sequence of this.#removals) if (!there.has(sequence)) this.#removals.delete(sequence);
    this.#onDisk = count - (there.size - this.#removals.size);
    this.#next = Math.max(this.#next, last + 1);
    this.#written = Math.max(this.#written, last);
    this.#sayOpened(store);
    this.#fault.opened();
    if (count > 0) this.onItems();
  }

  async #write(store: Store): Promise<void> {
    const puts = this.#pending.entries;
    const removals = [...this.#removals];
    this.#written = Math.max(this.#written, puts.at(-1)?.[0] ?? 0);
    try {
      await store.write(
        puts.map(([sequence, { value }]) => [sequence, value] as const),
        removals,
      );
    } catch (error) {
      await this.#fail(store, error);
      return;
    }
    this.#reopening.reset();
    this.#fault.written();
    for (const sequence of removals) this.#removals.delete(sequence);
    this.#onDisk += puts.length - removals.length;
    for (const [sequence, pending] of puts) {
      this.#size.added(pending.value.byteLength);
      // Sent meanwhile: its removal waits for the next round.
      if (this.#pending.take(sequence)) this.#unsynced.add(pending);
    }
  }

  /** The files are left as they are; the next attempt to open them says what can be done. */
  async #fail(store: Store, error: unknown): Promise<void> {
    if (this.#store !== store) return;
    this.#store = undefined;
    this.#fault.say(error);
    await store.close().catch(() => undefined);
    if (isDamage(error)) {
      this.#damageInARow++;
      this.#work();
    } else {
      this.#retryLater();
    }
  }

  #retryLater(): void {
    if (this.#closed) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#work();
    }, this.#reopening.nextMs()).unref();
  }

  async #keepBudget(): Promise<void> {
    const store = this.#store;
    if (!store || !this.#size.isStale(this.#maxBytes)) return;
    try {
      let bytes = await this.#size.measure();
      const limit = this.#maxBytes - headroomBytes;
      // What is left of items that are gone.
      if (bytes > limit || (this.#onDisk === 0 && bytes > headroomBytes)) {
        const [first] = await store.read(this.#cursor, 1);
        await store.compact(first ? first.sequence : this.#next);
        bytes = await this.#size.measure();
      }
      const { folder, logger } = this.#options;
      if (bytes > limit && (await removeLeftovers(folder, version, logger)))
        bytes = await this.#size.measure();
      while (bytes > limit && this.#onDisk > 0) {
        await this.#evict(store, Math.max(1, Math.ceil(this.#onDisk / 10)));
        bytes = await this.#size.measure();
      }
    } catch (error) {
      await this.#fail(store, error);
    }
  }

  async #evict(store: Store, count: number): Promise<void> {
    let [last, left] = [this.#cursor, count];
    while (left > 0) {
      const items = await store.read(last, Math.min(left, 500));
      if (items.length === 0) break;
      last = items.at(-1)?.sequence ?? last;
      left -= items.length;
      const gone = items.filter(({ sequence }) => !this.#removals.has(sequence));
      for (const { value } of gone) if (value) await this.#options.onEvict?.(value);
      await store.write(
        [],
        items.map(({ sequence }) => sequence),
      );
      for (const { sequence } of items) this.#removals.delete(sequence);
      this.#onDisk -= items.length;
      this.counters.lostToBudget += gone.length;
    }
    this.#evictedUpTo = last;
    await store.compact(last + 1);
    this.#options.logger.warn(
      { count, lostToBudget: this.counters.lostToBudget, maxBytes: this.#maxBytes },
      'The budget of the spool is reached: the oldest items are gone.',
    );
  }

  #sayOpened({ opening }: Store): void {
    if (opening !== 'repaired' && opening !== 'set-aside') return;
    this.counters.repairs++;
    const details = { folder: this.#folder, waiting: this.#onDisk };
    const error =
      opening === 'repaired'
        ? new EdgeError('SPOOL_REPAIRED', details)
        : new EdgeError('SPOOL_SET_ASIDE', details);
    this.#options.logger.error({ code: error.code }, describeError(error));
  }
}
