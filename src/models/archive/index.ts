import { mkdir, open, rm } from 'node:fs/promises';
import { EdgeError } from '../../errors/index.js';
import { syncFolders, toDiskError } from '../disk.js';
import { EntryRules } from './entry-rules.js';
import type { ArchiveLimits } from './limits.js';
import type { Archive } from './archive.js';
import { NewFolder } from './new-folder.js';
import { unpackTar } from './tar.js';
import { unpackZip } from './zip.js';

export interface UnpackOptions {
  /** For messages, where people know the archive by another name. @default its path */
  readonly name?: string;
  /** @default archiveLimits */
  readonly limits?: ArchiveLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks a .tar.gz, .tgz or .zip (told by its first bytes, not by its name) into a new folder. Plain files and folders with
 * relative names only, within the limits, each on the disk when this returns; where anything is wrong, the folder is removed.
 * @param folder must not exist
 * @throws EdgeError MODEL_ARCHIVE_INVALID, MODEL_ARCHIVE_UNSAFE, MODEL_ARCHIVE_TOO_LARGE, MODEL_DISK_FULL, MODEL_CACHE_UNWRITABLE
 */
export async function unpack(file: string, folder: string, options: UnpackOptions = {}): Promise<void> {
  const archive = { file, name: options.name ?? file };
  const format = await formatOf(archive);
  const makeRules = () => new EntryRules(archive.name, options.limits);
  await mkdir(folder, { mode: 0o755 });
  try {
    await (format === 'zip' ? unpackZip : unpackTar)(
      archive,
      new NewFolder(folder),
      makeRules,
      options.signal,
    );
    await syncFolders(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw toDiskError(error, folder);
  }
}

async function formatOf({ file, name }: Archive): Promise<'tar.gz' | 'zip'> {
  const handle = await open(file, 'r');
  const head = Buffer.alloc(16);
  const { bytesRead } = await handle.read(head, 0, head.length, 0).finally(() => handle.close());
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'tar.gz';
  // Local file header, or the end record of an empty archive.
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x50, 0x4b, 0x05, 0x06)) return 'zip';
  const begins = head
    .subarray(0, bytesRead)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.');
  const reason = bytesRead === 0 ? 'it is empty' : `it is neither gzip nor zip, and begins with "${begins}"`;
  throw new EdgeError('MODEL_ARCHIVE_INVALID', { path: name, reason });
}
