import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { requireSpace } from '../disk.js';

/**
 * Writes into a folder that nobody else has: every file is created anew (O_EXCL), never through a link, and reaches the disk
 * before it is closed.
 */
export class NewFolder {
  readonly #root: string;
  readonly #made = new Set<string>();

  /** @param root an empty folder; paths have been admitted by EntryRules */
  constructor(root: string) {
    this.#root = root;
  }

  async addFolder(relative: string): Promise<void> {
    if (this.#made.has(relative)) return;
    await mkdir(path.join(this.#root, relative), { recursive: true, mode: 0o755 });
    this.#made.add(relative);
  }

  /** @throws EdgeError MODEL_DISK_FULL before anything is written */
  async createFile(relative: string, size: number): Promise<FileHandle> {
    const parent = path.posix.dirname(relative);
    if (parent !== '.') await this.addFolder(parent);
    await requireSpace(this.#root, size);
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    return open(path.join(this.#root, relative), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  }
}
