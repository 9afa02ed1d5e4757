import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { unlessMissing } from '../missing.js';
import { userCache } from '../user-cache.js';

/** No compilation takes so long: what is older was left behind by a process that was killed. */
const abandonedMs = 2 * 86_400_000;

/**
 * A new folder for one compilation, which its maker removes; it is not in the set-up's work folder, which each set-up empties.
 * Folders that were left behind two days ago or earlier go, but for those of another user (root's, after one sudo).
 */
export async function makeWorkFolder(nowMs = Date.now()): Promise<string> {
  const root = path.join(userCache(), 'compile');
  await mkdir(root, { recursive: true });
  for (const name of await readdir(root)) {
    const folder = path.join(root, name);
    const info = await stat(folder).catch(unlessMissing(undefined)); // another process removes it just now
    if (info && nowMs - info.mtimeMs > abandonedMs) await removeIfAllowed(folder);
  }
  return mkdtemp(path.join(root, 'work-'));
}

async function removeIfAllowed(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
  }
}
