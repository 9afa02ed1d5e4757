import { mkdir, open, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { unlessMissing } from '../missing.js';
import { seal, unseal } from './seal.js';

export interface StoredItem {
  /** Its place in the order. */
  readonly sequence: number;
  /** Undefined where it is damaged. */
  readonly value: Buffer | undefined;
}

/** What had to be done to open a store. */
export type Opening = 'new' | 'intact' | 'repaired' | 'set-aside';

type Level = ClassicLevel<string, Buffer>;

/** Written to memory first; LevelDB keeps up to two of these. */
const writeBufferBytes = 1024 * 1024;
/** The least that LevelDB takes. */
const fileBytes = 1024 * 1024;

const keyOf = (sequence: number): string => String(sequence).padStart(16, '0');

/** Items in their order in a folder of their own, kept by LevelDB. One process at a time. */
export class Store {
  readonly #level: Level;
  readonly #folder: string;
  readonly opening: Opening;

  private constructor(level: Level, folder: string, opening: Opening) {
    this.#level = level;
    this.#folder = folder;
    this.opening = opening;
  }

  /**
   * Opens the store, repairs it where it is damaged, and sets aside what cannot be repaired.
   * @param repair although it opens: reading found damage
   * @param setAside although it opens: repairing did not help
   * @throws where the folder cannot be written, or another process has it
   */
  static async open(folder: string, { repair = false, setAside = false } = {}): Promise<Store> {
    const { ClassicLevel } = await import('classic-level');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = await readdir(folder);
    const isNew = files.length === 0;
    // Without this file LevelDB would take the folder for a new one, and delete what is in it.
    if (!isNew && !files.includes('CURRENT')) repair = true;
    const attempt = async (opening: Opening): Promise<Store> => {
      const level: Level = new ClassicLevel(folder, {
        valueEncoding: 'buffer',
        cacheSize: 512 * 1024,
        writeBufferSize: writeBufferBytes,
        maxFileSize: fileBytes,
        maxOpenFiles: 64,
      });
      await level.open();
      return new Store(level, folder, opening);
    };
    if (!repair && !setAside) {
      try {
        return await attempt(isNew ? 'new' : 'intact');
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    if (!setAside) {
      try {
        await ClassicLevel.repair(folder);
        return await attempt('repaired');
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    await rename(folder, `${folder}.kept-${Date.now()}`);
    await mkdir(folder, { mode: 0o700 });
    return attempt('set-aside');
  }

  /** How many there are, and the place of the last; 0 where there is none. */
  async extent(): Promise<{ count: number; last: number }> {
    let count = 0;
    let last: string | undefined;
    const keys = this.#level.keys();
    try {
      for (let batch = await keys.nextv(1000); batch.length > 0; batch = await keys.nextv(1000)) {
        count += batch.length;
        last = batch.at(-1);
      }
    } finally {
      await keys.close();
    }
    return { count, last: Number(last ?? 0) };
  }

  /** Those of the places that hold something. */
  async existing(sequences: readonly number[]): Promise<Set<number>> {
    const found = await this.#level.hasMany(sequences.map(keyOf));
    return new Set(sequences.filter((_, index) => found[index]));
  }

  /** @param after the place behind which to begin */
  async read(after: number, limit: number): Promise<StoredItem[]> {
    const found = await this.#level.iterator({ gt: keyOf(after), limit }).all();
    return found.map(([key, value]) => ({ sequence: Number(key), value: unseal(value) }));
  }

  /** Safe from the end of this process when it settles; from a power cut after `sync`. */
  async write(
    puts: Iterable<readonly [sequence: number, value: Buffer]>,
    removals: Iterable<number>,
  ): Promise<void> {
    await this.#level.batch([
      ...Array.from(puts, ([sequence, value]) => ({
        type: 'put' as const,
        key: keyOf(sequence),
        value: seal(value),
      })),
      ...Array.from(removals, (sequence) => ({ type: 'del' as const, key: keyOf(sequence) })),
    ]);
  }

  /**
   * What was written before is safe from a power cut when it settles. LevelDB syncs its tables before it drops the log that they
   * were made from, so the logs are all that is left to sync; several can be there while one is being turned into a table.
   */
  async sync(): Promise<void> {
    const logs = (await readdir(this.#folder)).filter((name) => name.endsWith('.log'));
    await Promise.all(
      logs.map(async (name) => {
        const file = await open(path.join(this.#folder, name)).catch(unlessMissing(undefined));
        try {
          await file?.datasync();
        } finally {
          await file?.close();
        }
      }),
    );
  }

  /** Gives back the space of what was removed up to a place. */
  async compact(upTo: number): Promise<void> {
    await this.#level.compactRange(keyOf(0), keyOf(upTo));
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}

/** Whether LevelDB found its files wrong or gone, and not a disk that it may not or cannot use. */
export function isDamage(error: unknown): boolean {
  const { code, cause, message = '' } = error as { code?: string; cause?: unknown; message?: string };
  if (code === 'LEVEL_CORRUPTION') return true;
  if (code === 'LEVEL_IO_ERROR' && message.includes('No such file')) return true;
  return cause !== undefined && isDamage(cause);
}

/** What a person wants to know of an error of LevelDB, which says in its cause what was wrong. */
export function storeReason(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message?: string };
  return cause instanceof Error ? cause.message : (message ?? String(error));
}
