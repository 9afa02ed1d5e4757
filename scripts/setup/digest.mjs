import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * @param {string} path
 * @returns {Promise<string>} sha256 in hexadecimal
 */
export async function digestOfFile(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * One digest for files and folders, folders with all that is in them. Names count, times do not: a fresh checkout of the
 * same commit has the same digest.
 * @param {string} root
 * @param {readonly string[]} names relative to `root`; each must exist
 * @param {readonly string[]} [extras] what else decides about the result: versions, options
 */
export function digestOfSources(root, names, extras = []) {
  const hash = createHash('sha256');
  for (const path of names.flatMap((name) => filesOf(join(root, name))).sort()) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.update(JSON.stringify(extras)).digest('hex');
}

function filesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? filesOf(inside) : [inside];
    });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}
