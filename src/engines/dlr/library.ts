import { createHash } from 'node:crypto';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { userCache } from '../../user-cache.js';
import { readElf } from './elf.js';

/** Where to look for libdlr.so, and which one to believe in. */
export interface LibraryRequest {
  /** The configured path; nothing else is tried then. */
  readonly library?: string | undefined;
  /** One that another component of the device brings; tried after the model's own. */
  readonly storedLibrary?: string | undefined;
  /** Digest of a library that the operator vouches for. */
  readonly sha256?: string | undefined;
  /** Folder of the compiled model: Neo ships the library of its target there. */
  readonly artifact: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** As Node names it. @default process.arch */
  readonly architecture?: string;
}

/** SHA-256 of the libraries in the wheels `dlr` of PyPI (manylinux1, x86-64). */
const genuineLibraries: ReadonlyMap<string, string> = new Map([
  ['570d8e462cd1f4f6d997e150d6d0eea0026010098194bef62d1ad4f8e1196ca7', '1.6.0'],
  ['b6ddbd4e062d496194185baed6c437ed246f5bf3e4e36d63a894b1479f89fa55', '1.5.0'],
]);

/** The version that the set-up keeps in the user's cache. */
const CACHED_VERSION = '1.6.0';

/**
 * Finds libdlr.so: the configured path, else MLI_LIBDLR, else beside the model, else from another
 * component, else in the cache of the set-up. It is
 * native code, so it must be a known release or have the digest that was configured before anything opens it.
 * @returns its absolute path
 * @throws EdgeError LIBDLR_NOT_FOUND, LIBDLR_UNTRUSTED, LIBDLR_WRITABLE, LIBDLR_WRONG_ARCHITECTURE, LIBDLR_UNLOADABLE
 */
export async function findLibrary(request: LibraryRequest): Promise<string> {
  const file = await firstThatExists(candidates(request));
  await checkArchitecture(file, request.architecture ?? process.arch);
  await checkTrust(file, request.sha256);
  return file;
}

/** The release of DLR that a library is, as far as its digest tells. */
export async function knownRelease(file: string): Promise<string | undefined> {
  return genuineLibraries.get(await digestOf(file));
}

function candidates({ library, storedLibrary, artifact, env = process.env }: LibraryRequest): string[] {
  const chosen = library ?? env['MLI_LIBDLR'];
  if (chosen) return [path.resolve(chosen)];
  const stored = storedLibrary === undefined ? [] : [path.resolve(storedLibrary)];
  return [
    path.resolve(artifact, 'libdlr.so'),
    ...stored,
    path.join(userCache(env), `libdlr-${CACHED_VERSION}`, 'libdlr.so'),
  ];
}

async function firstThatExists(files: readonly string[]): Promise<string> {
  for (const file of files) {
    if (await exists(file)) return file;
  }
  throw new EdgeError('LIBDLR_NOT_FOUND', { tried: [...files] });
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new EdgeError(
      'LIBDLR_UNLOADABLE',
      { path: file, text: (error as Error).message },
      { cause: error },
    );
  }
}

async function checkArchitecture(file: string, expected: string): Promise<void> {
  const elf = await readElf(file).catch((cause: unknown) => {
    throw new EdgeError('LIBDLR_UNLOADABLE', { path: file, text: (cause as Error).message }, { cause });
  });
  if (!elf) throw new EdgeError('LIBDLR_UNLOADABLE', { path: file, text: 'it is no ELF library' });
  const actual = elf.architecture;
  if (actual !== expected) throw new EdgeError('LIBDLR_WRONG_ARCHITECTURE', { path: file, actual, expected });
  if (elf.damage) throw new EdgeError('LIBDLR_UNLOADABLE', { path: file, text: elf.damage });
}

async function checkTrust(file: string, vouchedFor: string | undefined): Promise<void> {
  if (((await stat(file)).mode & 0o002) !== 0) throw new EdgeError('LIBDLR_WRITABLE', { path: file });
  const sha256 = await digestOf(file);
  if (sha256 !== vouchedFor?.toLowerCase() && !genuineLibraries.has(sha256)) {
    throw new EdgeError('LIBDLR_UNTRUSTED', { path: file, sha256 });
  }
}

const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
