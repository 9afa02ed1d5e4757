import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EdgeError } from '../errors/index.js';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Proves that each file is what the manifest says and that nobody else can write it.
 * @throws EdgeError MODEL_FILE_MISSING, MODEL_FILE_WRITABLE, MODEL_DIGEST_MISMATCH
 */
export async function verifyFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(
    Object.entries(files).map(async ([name, expected]) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch((cause: unknown) => {
        throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
      });
      if ((info.mode & 0o002) !== 0) throw new EdgeError('MODEL_FILE_WRITABLE', { path: file });
      const actual = await sha256OfFile(file);
      if (actual !== expected) throw new EdgeError('MODEL_DIGEST_MISMATCH', { path: file, expected, actual });
    }),
  );
}

/** Reads a file once and proves those very bytes, so that nothing can change between the check and the use. */
export async function readVerified(
  folder: string,
  name: string,
  expected: string | undefined,
): Promise<Buffer> {
  const file = path.join(folder, name);
  if (expected === undefined) throw new EdgeError('MODEL_FILE_UNLISTED', { path: file });
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
  });
  const actual = sha256Of(bytes);
  if (actual !== expected) throw new EdgeError('MODEL_DIGEST_MISMATCH', { path: file, expected, actual });
  return bytes;
}
