import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { unlessMissing } from '../missing.js';

/** A body on the disk: its file, and what tells whether it is whole. */
export interface BodyFile {
  readonly file: string;
  readonly bytes: number;
  readonly crc32: number;
}

const names = /^[0-9a-f-]{36}$/;

/** The bodies of uploads, a file each. */
export class Bodies {
  readonly #folder: string;
  /** Those of this life, from before their items are in the store. */
  readonly #own = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Safe from a power cut when it settles. */
  async add(body: Uint8Array): Promise<BodyFile> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = randomUUID();
    const target = this.#pathOf(file);
    const temporary = `${target}.tmp`;
    this.#own.add(file);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(body);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
      await this.#syncFolder();
    } catch (error) {
      this.#own.delete(file);
      await rm(temporary, { force: true });
      throw error;
    }
    return { file, bytes: body.byteLength, crc32: crc32(body) };
  }

  /** @returns undefined where the file is gone or damaged */
  async read(body: BodyFile): Promise<Buffer | undefined> {
    const bytes = await readFile(this.#pathOf(body.file)).catch(unlessMissing(undefined));
    return bytes && bytes.byteLength === body.bytes && crc32(bytes) === body.crc32 ? bytes : undefined;
  }

  async remove(file: string): Promise<void> {
    this.#own.delete(file);
    await rm(this.#pathOf(file), { force: true });
  }

  /** Removes what no item names: a crash came between body and item. @returns how many */
  async removeOthers(known: ReadonlySet<string>): Promise<number> {
    const files = await readdir(this.#folder).catch(unlessMissing<string[]>([]));
    const orphans = files.filter((file) => !known.has(file) && !this.#own.has(file.replace(/\.tmp$/, '')));
    for (const orphan of orphans) await rm(path.join(this.#folder, orphan), { force: true });
    return orphans.length;
  }

  async #syncFolder(): Promise<void> {
    const handle = await open(this.#folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #pathOf(file: string): string {
    if (!names.test(file)) throw new Error(`${file} is no name of a body`);
    return path.join(this.#folder, file);
  }
}
