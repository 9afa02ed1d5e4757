import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { EdgeError, isEdgeError } from '../../errors/index.js';
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
 * Unpacks a .tar.gz. The parser only says what is in each piece of the stream; after the rules have admitted it we write it
 * ourselves, before the next piece is read, so that memory stays small.
 * @throws EdgeError MODEL_ARCHIVE_*, MODEL_DISK_FULL
 */
export async function unpackTar(archive: string, into: NewFolder, rules: EntryRules, signal?: AbortSignal): Promise<void> {
  const invalid = (cause: unknown) =>
    new EdgeError('MODEL_ARCHIVE_INVALID', { path: archive, reason: reasonOf(cause as Error) }, { cause });
  const steps: Step[] = [];
  let damage: unknown;
  const parser = new Parser({ strict: true, zstd: false, maxDecompressionRatio: Infinity });
  parser.on('error', (error: unknown) => (damage ??= error));
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

  const source = createReadStream(archive);
  let file: FileHandle | undefined;
  let unpacked = 0;
  const write = async () => {
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
  };
  try {
    await pipeline(
      source,
      createGunzip(),
      async (stream: AsyncIterable<Buffer>) => {
        for await (const bytes of stream) {
          unpacked += bytes.length;
          rules.checkRatio(source.bytesRead, unpacked);
          parser.write(bytes);
          if (damage !== undefined) throw invalid(damage);
          await write();
        }
        parser.end();
        if (damage !== undefined) throw invalid(damage);
        await write();
      },
      { signal },
    );
  } catch (error) {
    throw isFormatError(error) ? invalid(error) : error;
  } finally {
    await file?.close();
  }
}

const declared = (entry: ReadEntry): DeclaredEntry => ({
  name: entry.path,
  kind: kinds[entry.type] ?? `${entry.type} entry`,
  size: entry.size,
});

/** Errors of zlib; those of the file system have a code too, and keep it. */
const isFormatError = (error: unknown): boolean =>
  !isEdgeError(error) && /^Z_/.test(String((error as NodeJS.ErrnoException).code ?? ''));

function reasonOf(error: Error): string {
  const text = error.message.replace(/^TAR_[A-Z_]+: /, '');
  if (text === 'unexpected end of file' || text.startsWith('Truncated input')) return 'it is truncated';
  return text.charAt(0).toLowerCase() + text.slice(1);
}
