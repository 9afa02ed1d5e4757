import {
  chmod,
  constants,
  copyFile,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import path from 'node:path';
import { isEdgeError } from '../../errors/index.js';
import { unlessMissing } from '../../missing.js';
import { sha256Of, verifyFiles } from '../digest.js';
import { requireSpace, syncFolder, syncFolders, toDiskError } from '../disk.js';
import { parseManifest } from '../manifest.js';
import { digestOf, listFiles, manifestFile, type PackagePlan } from '../plan.js';
import { signatureSuffix } from '../signature.js';
import type { WorkFolder } from './work-folder.js';

/** The packages in the cache: one folder each, named by the digest of its model.json, complete or not there at all. */
export class CachedPackages {
  readonly folder: string;
  readonly #work: WorkFolder;
  /** What the files of a package looked like when they were proved: they are proved again when that has changed. */
  readonly #proved = new Map<string, string>();

  constructor(folder: string, work: WorkFolder) {
    this.folder = folder;
    this.#work = work;
  }

  pathOf(digest: string): string {
    return path.join(this.folder, digest);
  }

  /** Whether the package is there, with each of its files as its manifest says. */
  async has(digest: string): Promise<boolean> {
    try {
      await this.#prove(this.pathOf(digest), digest);
      return true;
    } catch (error) {
      if (isEdgeError(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /**
   * Makes the package of a plan a part of the cache: put together aside, proved, on the disk, and then there by one rename.
   * @param how 'move' takes the files from where they are
   * @throws EdgeError MODEL_DIGEST_MISMATCH, MODEL_FILE_MISSING, MODEL_DISK_FULL, MODEL_CACHE_UNWRITABLE
   */
  async install(plan: PackagePlan, how: 'copy' | 'move'): Promise<string> {
    const digest = digestOf(plan);
    if (await this.has(digest)) return digest;
    const fresh = this.#work.newPath();
    try {
      await mkdir(fresh, { recursive: true, mode: 0o755 });
      await writeOut(path.join(fresh, manifestFile), plan.manifest);
      if (plan.signature !== undefined)
        await writeOut(path.join(fresh, manifestFile + signatureSuffix), Buffer.from(`${plan.signature}\n`));
      for (const [name, content] of plan.files) {
        const file = path.join(fresh, name);
        await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
        if ('bytes' in content) await writeOut(file, content.bytes);
        else await place(content.from, file, how);
      }
      await this.#prove(fresh, digest);
      await syncFolders(fresh);
      await this.#takeIn(fresh, digest);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw toDiskError(error, this.folder);
    }
    return digest;
  }

  /** Marks the package as used now. */
  async touch(digest: string): Promise<void> {
    const now = new Date();
    await utimes(this.pathOf(digest), now, now);
  }

  /** Away by one rename, so that a half-removed package is never there. A process that has it open keeps what it has. */
  async remove(digest: string): Promise<void> {
    const aside = this.#work.newPath();
    await rename(this.pathOf(digest), aside);
    this.#proved.delete(this.pathOf(digest));
    await rm(aside, { recursive: true, force: true });
  }

  async #takeIn(fresh: string, digest: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    // What is there under this name was found damaged above.
    await this.remove(digest).catch(unlessMissing(undefined));
    await rename(fresh, this.pathOf(digest));
    await syncFolder(this.folder);
    this.#proved.set(this.pathOf(digest), this.#proved.get(fresh) ?? '');
    this.#proved.delete(fresh);
  }

  async #prove(folder: string, digest: string): Promise<void> {
    const file = path.join(folder, manifestFile);
    const manifest = await readFile(file);
    if (sha256Of(manifest) !== digest) throw new Error(`${file} is not the manifest ${digest}`);
    const files = listFiles(parseManifest(manifest, file));
    const looks = await lookOf(folder, [...files.keys()]);
    if (this.#proved.get(folder) === looks) return;
    await verifyFiles(folder, Object.fromEntries(files));
    this.#proved.set(folder, looks);
  }
}

/** Changes when any of the files is written, replaced or removed. */
async function lookOf(folder: string, names: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    names.map(async (name) => {
      const { ino, size, mtimeMs, ctimeMs, mode } = await stat(path.join(folder, name));
      return `${name}:${ino}:${size}:${mtimeMs}:${ctimeMs}:${mode}`;
    }),
  );
  return parts.join('\n');
}

async function place(from: string, file: string, how: 'copy' | 'move'): Promise<void> {
  if (how === 'move') {
    await rename(from, file);
    return;
  }
  await requireSpace(path.dirname(file), (await stat(from)).size);
  // Shares the blocks where the file system can.
  await copyFile(from, file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(file, 0o644);
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeOut(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
