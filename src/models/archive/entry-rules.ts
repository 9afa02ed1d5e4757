import { EdgeError } from '../../errors/index.js';
import { archiveLimits, type ArchiveLimits } from './limits.js';

/** An entry as its archive declares it. */
export interface DeclaredEntry {
  readonly name: string;
  /** 'file' and 'folder' are unpacked; anything else is named in the refusal. */
  readonly kind: string;
  /** Bytes, unpacked. */
  readonly size: number;
}

/**
 * Decides on each entry of an archive before anything of it is written. It remembers what it has admitted, so that entries
 * cannot overwrite each other and their sum stays within the limits.
 */
export class EntryRules {
  readonly #archive: string;
  readonly #limits: ArchiveLimits;
  readonly #admitted = new Map<string, 'file' | 'folder'>();
  #entries = 0;
  #bytes = 0;

  constructor(archive: string, limits: ArchiveLimits = archiveLimits) {
    this.#archive = archive;
    this.#limits = limits;
  }

  /**
   * @returns the path below the new folder, without `.` and empty parts; '' for that folder itself
   * @throws EdgeError MODEL_ARCHIVE_UNSAFE, MODEL_ARCHIVE_TOO_LARGE
   */
  admit({ name, kind, size }: DeclaredEntry): string {
    this.#count(++this.#entries);
    const fault = nameFault(name) ?? (kind === 'file' || kind === 'folder' ? undefined : `it is a ${kind}`);
    if (fault !== undefined) throw this.#unsafe(name, fault);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const { depth, nameBytes, pathBytes } = this.#limits;
    if (parts.length > depth) throw this.#unsafe(name, `it lies more than ${depth} folders deep`);
    if (Buffer.byteLength(name) > pathBytes || parts.some((part) => Buffer.byteLength(part) > nameBytes)) {
      throw this.#unsafe(name, 'its name is too long');
    }
    this.#add(name, parts, kind === 'file' ? 'file' : 'folder');
    this.#measure(name, size);
    return parts.join('/');
  }

  /** For an archive that says beforehand how many entries it has. @throws EdgeError MODEL_ARCHIVE_TOO_LARGE */
  expect(entries: number): void {
    this.#count(entries);
  }

  /** @throws EdgeError MODEL_ARCHIVE_TOO_LARGE where so much came out of so little that it can only be a bomb */
  checkRatio(packedBytes: number, unpackedBytes: number): void {
    const { ratio, ratioFreeBytes } = this.#limits;
    if (unpackedBytes > ratioFreeBytes + ratio * packedBytes) {
      throw this.#tooLarge(`it unpacks to more than ${ratio} times its size`);
    }
  }

  #count(entries: number): void {
    if (entries > this.#limits.entries)
      throw this.#tooLarge(`it has more than ${this.#limits.entries} entries`);
  }

  #measure(name: string, size: number): void {
    const { fileBytes, totalBytes } = this.#limits;
    if (!Number.isSafeInteger(size) || size < 0) throw this.#unsafe(name, `its size is given as ${size}`);
    if (size > fileBytes)
      throw this.#tooLarge(`its entry "${printable(name)}" is larger than ${fileBytes} bytes`);
    this.#bytes += size;
    if (this.#bytes > totalBytes) throw this.#tooLarge(`it unpacks to more than ${totalBytes} bytes`);
  }

  /** Folders may be named again and again, files once; nothing is both. */
  #add(name: string, parts: readonly string[], kind: 'file' | 'folder'): void {
    if (parts.length === 0 && kind === 'file') throw this.#unsafe(name, 'it has no name');
    for (let length = 1; length < parts.length; length++)
      this.#claim(name, parts.slice(0, length).join('/'), 'folder');
    if (parts.length > 0) this.#claim(name, parts.join('/'), kind);
  }

  #claim(name: string, path: string, kind: 'file' | 'folder'): void {
    const before = this.#admitted.get(path);
    if (before !== undefined && (before === 'file' || kind === 'file'))
      throw this.#unsafe(name, `there is another entry "${path}"`);
    this.#admitted.set(path, kind);
  }

  #unsafe(entry: string, reason: string): EdgeError {
    return new EdgeError('MODEL_ARCHIVE_UNSAFE', { path: this.#archive, entry: printable(entry), reason });
  }

  #tooLarge(reason: string): EdgeError {
    return new EdgeError('MODEL_ARCHIVE_TOO_LARGE', { path: this.#archive, reason });
  }
}

function nameFault(name: string): string | undefined {
  if (name.includes('\0')) return 'its name has a NUL character';
  // A control character could forge lines of a log.
  if (/\p{Cc}/u.test(name)) return 'its name has a control character';
  if (name.includes('\\')) return 'its name has a backslash';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'its name is absolute';
  if (name.split('/').includes('..')) return 'its name leads out of the folder';
  return undefined;
}

/** For messages: short, on one line. */
const printable = (name: string): string => name.slice(0, 120).replace(/\p{Cc}/gu, '\uFFFD');
