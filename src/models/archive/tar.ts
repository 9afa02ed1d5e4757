import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { Archive } from './archive.js';
import type { DeclaredEntry, EntryRules } from './entry-rules.js';
import type { NewFolder } from './new-folder.js';

type Step =
  | { readonly do: 'folder'; readonly path: string }
  | { readonly do: 'create'; readonly path: string; readonly size: number }
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'close' };

const kinds: Readonly<Record<string, string>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  Link: 'hard link',
  SymbolicLink: 'symbolic link',
  CharacterDevice: 'device',
  BlockDevice: 'device',
  FIFO: 'named pipe',
};

/**
 * Unpacks a .tar.gz, in two passes: the first only judges, so that nothing of a bad archive is written; the second writes what
 * the parser finds, piece by piece, so that memory stays small.
 * @throws EdgeError MODEL_ARCHIVE_*, MODEL_DISK_FULL
 */
export async function unpackTar(
  archive: Archive,
  into: NewFolder,
  makeRules: () => EntryRules,
  signal?: AbortSignal,
): Promise<void> {
  await readTar(archive, makeRules(), signal, async (steps) => void steps.splice(0));
  let file: FileHandle | undefined;
  try {
    await readTar(archive, makeRules(), signal, async (steps) => {
      for (const step of steps.splice(0)) {
        if (step.do === 'folder') await into.addFolder(step.path);
        else if (step.do === 'create') file = await into.createFile(step.path, step.size);
        else if (step.do === 'write') await file?.writeFile(step.bytes);
        else {
          await file?.sync();
          await file?.close();
          file = undefined;
        }
      }
    });
  } finally {
    await file?.close();
  }
}

/** Reads an archive from beginning to end. @param take is given the steps that each piece of the stream leads to */
async function readTar(
  archive: Archive,
  rules: EntryRules,
  signal: AbortSignal | undefined,
  take: (steps: Step[]) => Promise<void>,
): Promise<void> {
  const invalid = (cause: unknown) =>
    new EdgeError(
      'MODEL_ARCHIVE_INVALID',
      { path: archive.name, reason: reasonOf(cause as Error) },
      { cause },
    );
  const steps: Step[] = [];
  let damage: unknown;
  const parser = new Parser({ strict: true, zstd: false, maxDecompressionRatio: Infinity });
  parser.on('error', (error: unknown) => (damage ??= error));
  parser.on('meta', (text: string) => {
    if (!isSoundMetadata(text)) damage ??= new Error('a name in its extended headers is malformed');
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => void rules.admit(declared(entry)));
  parser.on('entry', (entry: ReadEntry) => {
    const path = rules.admit(declared(entry));
    if (entry.type === 'Directory') {
      if (path !== '') steps.push({ do: 'folder', path });
      entry.resume();
      return;
    }
    steps.push({ do: 'create', path, size: entry.size });
    entry.on('data', (bytes: Buffer) => steps.push({ do: 'write', bytes }));
    entry.on('end', () => steps.push({ do: 'close' }));
  });

  const source = createReadStream(archive.file, { signal });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let unpacked = 0;
  try {
    for await (const bytes of gunzip as AsyncIterable<Buffer>) {
      unpacked += bytes.length;
      rules.checkRatio(source.bytesRead, unpacked);
      parser.write(bytes);
      if (damage !== undefined) throw invalid(damage);
      await take(steps);
    }
    parser.end();
    if (damage !== undefined) throw invalid(damage);
    await take(steps);
  } catch (error) {
    throw isFormatError(error) ? invalid(error) : error;
  } finally {
    source.destroy();
  }
}

/**
 * Records of a pax header are `length key=value\n`. The parser goes by the line breaks alone and cuts at a NUL, so that a name with
 * either would become another one unseen. (GNU's long names are plain text with one NUL at the end.)
 */
function isSoundMetadata(text: string): boolean {
  if (!/^\d+ [^=\n]+=/.test(text)) return !text.replace(/\0+$/, '').includes('\0');
  const bytes = Buffer.from(text.replace(/\0+$/, ''));
  for (let at = 0; at < bytes.length;) {
    const length = Number(/^(\d+) /.exec(bytes.toString('latin1', at, at + 12))?.[1]);
    const record = bytes.subarray(at, at + length);
    if (!(length > 0) || record.length < length || record.includes(0) || record.indexOf(0x0a) !== length - 1)
      return false;
    at += length;
  }
  return true;
}

const declared = (entry: ReadEntry): DeclaredEntry => ({
  name: entry.path,
  kind: kinds[entry.type] ?? `${entry.type} entry`,
  size: entry.size,
});

/** Errors of zlib; those of the file system have a code too, and keep it. */
const isFormatError = (error: unknown): boolean =>
  !isEdgeError(error) && /^Z_/.test((error as NodeJS.ErrnoException).code ?? '');

function reasonOf(error: Error): string {
  const text = error.message.replace(/^TAR_[A-Z_]+: /, '');
  if (text === 'unexpected end of file' || text.startsWith('Truncated input')) return 'it is truncated';
  return text.charAt(0).toLowerCase() + text.slice(1);
}
