import type { Stored } from './items.js';

/** An item is safe from a power cut after this long at most; flash memory wears out by syncing each item. */
const syncIntervalMs = 250;

interface Waiting {
  readonly settle: (stored: Stored) => void;
}

/** Items that are written, and not yet safe from a power cut. */
export class Unsynced {
  readonly #items: Waiting[] = [];
  /** Whether there was a disk to sync. */
  readonly #syncDisk: () => Promise<boolean>;
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(syncDisk: () => Promise<boolean>, onFault: (error: unknown) => void) {
    this.#syncDisk = syncDisk;
    this.#onFault = onFault;
  }

  add(item: Waiting): void {
    this.#items.push(item);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.sync();
    }, syncIntervalMs);
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Never rejects. */
  async sync(): Promise<void> {
    const items = this.#items.splice(0);
    if (items.length === 0) return;
    let stored: Stored = 'memory';
    try {
      if (await this.#syncDisk()) stored = 'disk';
    } catch (error) {
      this.#onFault(error);
    }
    for (const { settle } of items) settle(stored);
  }
}
