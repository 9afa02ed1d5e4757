import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EdgeError } from '../../errors/index.js';
import { sha256OfFile } from '../../models/digest.js';
import { userCache } from '../../user-cache.js';

const run = promisify(execFile);

/** A file of a public registry, pinned by its digest. */
export interface PinnedFile {
  readonly registry: 'pypi' | 'npm';
  /** With the exact version: `name==0.1.0`, `@scope/name@2.1.1`. */
  readonly requirement: string;
  readonly sha256: string;
}

/**
 * Brings a file through pip or npm, so that the user's registry, proxy and certificates apply; what is in the cache and right is
 * taken as it is.
 * @param python with pip
 * @returns the path of the file, whose digest was checked
 * @throws EdgeError GET_DOWNLOAD_FAILED, GET_DIGEST_MISMATCH
 */
export async function downloadPinned(
  { registry, requirement, sha256 }: PinnedFile,
  python: string,
): Promise<string> {
  const kept = path.join(userCache(), 'downloads', sha256);
  const isThere = await stat(kept).then(
    () => true,
    () => false,
  );
  if (isThere && (await sha256OfFile(kept)) === sha256) return kept;
  await mkdir(path.dirname(kept), { recursive: true });
  const fresh = await mkdtemp(`${kept}.`);
  try {
    const [command, args]: readonly [string, readonly string[]] =
      registry === 'pypi'
        ? [
            python,
            ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', fresh],
          ]
        : ['npm', ['pack', '--ignore-scripts', '--pack-destination', fresh]];
    await run(command, [...args, requirement]).catch((cause: unknown) => {
      const lines = ((cause as { stderr?: string }).stderr || String(cause)).trim();
      const reason = lines.split('\n').at(-1) ?? '';
      throw new EdgeError('GET_DOWNLOAD_FAILED', { name: requirement, reason }, { cause });
    });
    const [name = ''] = await readdir(fresh);
    const file = path.join(fresh, name);
    const actual = await sha256OfFile(file);
    if (actual !== sha256)
      throw new EdgeError('GET_DIGEST_MISMATCH', { file: name, expected: sha256, actual });
    await rename(file, kept);
    return kept;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
