import { addAbortSignal } from 'node:stream';
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { Archive } from './archive.js';
import type { EntryRules } from './entry-rules.js';
import type { NewFolder } from './new-folder.js';

/** Types of the upper half of a Unix mode, which zip keeps in the upper half of its external attributes. */
const S_IFMT = 0o170000;
const unixKinds: Readonly<Record<number, string>> = {
  0o010000: 'named pipe',
  0o020000: 'device',
  0o060000: 'device',
  0o120000: 'symbolic link',
  0o140000: 'socket',
};

interface Admitted {
  readonly entry: Entry;
  readonly path: string;
  readonly folder: boolean;
}

/**
 * Unpacks a .zip. Its directory is read and judged as a whole before the first byte is written.
 * @throws EdgeError MODEL_ARCHIVE_*, MODEL_DISK_FULL
 */
export async function unpackZip(
  archive: Archive,
  into: NewFolder,
  makeRules: () => EntryRules,
  signal?: AbortSignal,
): Promise<void> {
  const rules = makeRules();
  let zip: ZipFile | undefined;
  try {
    // We judge the names ourselves, as they are: this library would first repair some of them.
    zip = await openPromise(archive.file, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: true,
    });
    rules.expect(zip.entryCount);
    const admitted: Admitted[] = [];
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      admitted.push(admit(entry, archive, rules));
      unpacked += entry.uncompressedSize;
    }
    // Entries may overlap in the file, so that their packed sizes mean nothing.
    rules.checkRatio(zip.fileSize, unpacked);
    for (const one of admitted) {
      signal?.throwIfAborted();
      if (!one.folder) await writeEntry(zip, one, archive, into, signal);
      else if (one.path !== '') await into.addFolder(one.path);
    }
  } catch (error) {
    if (isEdgeError(error) || signal?.aborted || isSystemError(error)) throw error;
    throw invalid(archive, (error as Error).message, error);
  } finally {
    zip?.close();
  }
}

function admit(entry: Entry, archive: Archive, rules: EntryRules): Admitted {
  // Without decodeStrings, yauzl leaves the raw bytes here.
  const raw = entry.fileNameRaw;
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
  const folder = name.endsWith('/');
  const kind = unixKinds[(entry.externalFileAttributes >>> 16) & S_IFMT] ?? (folder ? 'folder' : 'file');
  const path = rules.admit({ name, kind, size: entry.uncompressedSize });
  if (entry.isEncrypted()) throw invalid(archive, `its entry "${path}" is encrypted`);
  if (!entry.canDecodeFileData())
    throw invalid(archive, `its entry "${path}" is compressed by method ${entry.compressionMethod}`);
  return { entry, path, folder };
}

async function writeEntry(
  zip: ZipFile,
  { entry, path }: Admitted,
  archive: Archive,
  into: NewFolder,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await into.createFile(path, entry.uncompressedSize);
  try {
    // From here on without a pause: what goes wrong in the stream must find somebody who listens.
    const stream = await zip.openReadStreamPromise(entry);
    if (signal) addAbortSignal(signal, stream);
    let checksum = 0;
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      checksum = crc32(bytes, checksum);
      await file.writeFile(bytes);
    }
    if (checksum !== entry.crc32) throw invalid(archive, `its entry "${path}" is damaged`);
    await file.sync();
  } finally {
    await file.close();
  }
}

const isSystemError = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException).errno === 'number' &&
  !/^Z_/.test(String((error as NodeJS.ErrnoException).code));

const invalid = (archive: Archive, reason: string, cause?: unknown): EdgeError =>
  new EdgeError('MODEL_ARCHIVE_INVALID', { path: archive.name, reason }, { cause });
