import { Backoff } from '../backoff.js';
import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { DiskFault } from './disk-fault.js';
import { isDamage, Store } from './store.js';

export interface KeptStoreOptions {
  readonly folder: string;
  /** Looks at what is in a store that was opened. @returns how many items wait in it */
  readonly takeStock: (store: Store) => Promise<number>;
  /** It may be opened again. */
  readonly onAgain: () => void;
  readonly logger: Logger;
}

/** A store while the disk can be used: opened, repaired or set aside where it is damaged, and opened again after a fault. */
export class KeptStore {
  readonly fault: DiskFault;
  /** How often it had to be repaired or set aside. */
  repairs = 0;
  readonly #options: KeptStoreOptions;
  readonly #reopening = new Backoff({ initialMs: 1000, maxMs: 60_000 });
  #store: Store | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #damageInARow = 0;
  #closed = false;

  constructor(options: KeptStoreOptions) {
    this.#options = options;
    this.fault = new DiskFault(options.folder, options.logger);
  }

  get current(): Store | undefined {
    return this.#store;
  }

  /** @returns undefined where the disk cannot be used; `onAgain` says when to try again */
  async open(): Promise<Store | undefined> {
    this.#store ??= await this.#open();
    return this.#store;
  }

  /** It was read without finding damage. */
  wasRead(): void {
    this.#damageInARow = 0;
  }

  /** What fails after it is news. */
  wasWritten(): void {
    this.#reopening.reset();
    this.fault.written();
  }

  /** The files are left as they are; the next attempt to open them says what can be done. */
  async fail(store: Store, error: unknown): Promise<void> {
    if (this.#store !== store) return;
    this.#store = undefined;
    this.fault.say(error);
    await store.close().catch(() => undefined);
    if (isDamage(error)) {
      this.#damageInARow++;
      this.#options.onAgain();
    } else {
      this.#retryLater();
    }
  }

  /** No other attempt begins. */
  stop(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close().catch((error: unknown) => this.fault.say(error));
  }

  async #open(): Promise<Store | undefined> {
    if (this.#retryTimer) return undefined;
    let store: Store | undefined;
    try {
      store = await Store.open(this.#options.folder, {
        repair: this.#damageInARow === 1,
        setAside: this.#damageInARow > 1,
      });
      this.#sayOpened(store, await this.#options.takeStock(store));
      return store;
    } catch (error) {
      this.fault.say(error);
      await store?.close().catch(() => undefined);
      if (isDamage(error) && ++this.#damageInARow <= 2) return this.#open();
      this.#retryLater();
      return undefined;
    }
  }

  #retryLater(): void {
    if (this.#closed) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#options.onAgain();
    }, this.#reopening.nextMs()).unref();
  }

  #sayOpened({ opening }: Store, waiting: number): void {
    this.fault.opened();
    if (opening !== 'repaired' && opening !== 'set-aside') return;
    this.repairs++;
    const details = { folder: this.#options.folder, waiting };
    const error =
      opening === 'repaired'
        ? new EdgeError('SPOOL_REPAIRED', details)
        : new EdgeError('SPOOL_SET_ASIDE', details);
    this.#options.logger.error({ code: error.code }, describeError(error));
  }
}
