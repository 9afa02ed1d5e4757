import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { verifyFiles } from './digest.js';
import { parseManifest, type Manifest } from './manifest.js';
import { listFiles, manifestFile } from './plan.js';

/**
 * Proves all files of a package, of every target; a pipeline proves only those that it uses.
 * @throws EdgeError MODEL_NOT_FOUND, MODEL_MANIFEST_INVALID, MODEL_FILE_*, MODEL_DIGEST_MISMATCH
 */
export async function provePackage(folder: string): Promise<{ manifest: Manifest; files: number }> {
  const file = path.join(folder, manifestFile);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new EdgeError('MODEL_NOT_FOUND', { path: folder }, { cause });
  });
  const manifest = parseManifest(bytes, file);
  const files = listFiles(manifest);
  await verifyFiles(folder, Object.fromEntries(files));
  return { manifest, files: files.size };
}
