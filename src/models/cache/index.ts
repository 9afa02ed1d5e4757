import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { freeSpace, requireSpace, sizeOf, toDiskError } from '../disk.js';
import { CachedPackages } from './packages.js';
import { ModelRecords } from './records.js';
import { WorkFolder } from './work-folder.js';

export type { ModelRecord } from './records.js';

interface Item {
  readonly name: string;
  readonly bytes: number;
  readonly usedAt: number;
  remove(): Promise<void>;
}

/**
 * The folder in which the component keeps its models: packages by digest, downloads under way, and which source gave what. One
 * process at a time works in it.
 */
export class ModelCache {
  readonly packages: CachedPackages;
  readonly records: ModelRecords;
  readonly work: WorkFolder;
  readonly downloads: string;
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #logger: Logger;
  #opened: Promise<void> | undefined;

  constructor(root: string, maxBytes: number, logger: Logger) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#logger = logger;
    this.work = new WorkFolder(path.join(root, 'work'));
    this.packages = new CachedPackages(path.join(root, 'packages'), this.work);
    this.records = new ModelRecords(path.join(root, 'records'), logger);
    this.downloads = path.join(root, 'downloads');
  }

  /** Before the first write; reading needs nothing. @throws EdgeError MODEL_CACHE_UNWRITABLE */
  async open(): Promise<void> {
    this.#opened ??= this.#open();
    try {
      await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw toDiskError(error, this.#root);
    }
  }

  /** Marks a package as used. A cache that cannot be written still serves. */
  async touch(digest: string): Promise<void> {
    await this.packages.touch(digest).catch((error: unknown) => {
      this.#logger.warn(`The use of a model cannot be noted in the cache. ${describeError(error)}`);
    });
  }

  /**
   * Removes what was not used for longest, until so many bytes more are within the limit of the cache and fit on the disk.
   * @param keep digests of packages and names of downloads that stay, whatever the limit says
   * @throws EdgeError MODEL_DISK_FULL where that is not enough for the disk
   */
  async makeRoom(bytes: number, keep: ReadonlySet<string>): Promise<void> {
    const items = await this.#items();
    let total = items.reduce((sum, item) => sum + item.bytes, 0);
    for (const item of items.filter(({ name }) => !keep.has(name)).sort((a, b) => a.usedAt - b.usedAt)) {
      if (total + bytes <= this.#maxBytes && bytes <= (await freeSpace(this.#root))) return;
      await item.remove();
      total -= item.bytes;
      this.#logger.info(
        { digest: item.name, megabytes: Math.round(item.bytes / 1e6) },
        'removed from the model cache',
      );
    }
    await requireSpace(this.#root, bytes);
  }

  async #open(): Promise<void> {
    await mkdir(this.downloads, { recursive: true });
    await mkdir(this.packages.folder, { recursive: true });
    await this.work.open();
  }

  async #items(): Promise<Item[]> {
    const packages = (await readdir(this.packages.folder)).map(async (digest): Promise<Item> => {
      const folder = this.packages.pathOf(digest);
      const remove = async () => {
        await this.packages.remove(digest);
        await this.records.remove(digest);
      };
      return { name: digest, bytes: await sizeOf(folder), usedAt: (await stat(folder)).mtimeMs, remove };
    });
    const downloads = (await readdir(this.downloads)).map(async (name): Promise<Item> => {
      const file = path.join(this.downloads, name);
      const { size, mtimeMs } = await stat(file);
      return { name, bytes: size, usedAt: mtimeMs, remove: () => rm(file, { force: true }) };
    });
    return Promise.all([...packages, ...downloads]);
  }
}
