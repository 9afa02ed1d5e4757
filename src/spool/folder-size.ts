import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { unlessMissing } from '../missing.js';

/** Bytes of all files in a folder and below; 0 where there is none. Files come and go meanwhile. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessMissing([]));
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const found = await stat(path.join(entry.parentPath, entry.name)).catch(unlessMissing(undefined));
        return found?.size ?? 0;
      }),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
