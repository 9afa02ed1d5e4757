import { lstat, open, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';

/** Left to the rest of the device: a model must not be what fills its disk. */
const reserveBytes = 32 * 1024 * 1024;

const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const brokenDisk: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'EIO']);

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

/** Bytes that a model may still take of the disk of this folder. */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - reserveBytes);
}

/** @throws EdgeError MODEL_DISK_FULL */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeSpace(folder);
  if (bytes > free) {
    const needed = { neededMegabytes: megabytes(bytes), freeMegabytes: Math.floor(free / 1e6) };
    throw new EdgeError('MODEL_DISK_FULL', { path: folder, needed });
  }
}

/**
 * Gives what the system says of a full, read-only or forbidden disk its own words; other errors pass.
 * @returns what to throw
 */
export function toDiskError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (fullDisk.has(code)) return new EdgeError('MODEL_DISK_FULL', { path: folder }, { cause: error });
  if (!brokenDisk.has(code)) return error;
  return new EdgeError(
    'MODEL_CACHE_UNWRITABLE',
    { path: folder, reason: (error as Error).message },
    { cause: error },
  );
}

/** Makes the names in a folder and in those below survive a power cut; files are synchronised by who writes them. */
export async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(path.join(folder, entry.name));
  }
  await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes of all files in a folder and below. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await lstat(path.join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
