import path from 'node:path';
import { readdir, rm } from 'node:fs/promises';
import type { Logger } from '../logger.js';

/**
 * Removes stores that were set aside, or are of another version than the one in use: they have to make room first.
 * @returns whether there were any
 */
export async function removeLeftovers(folder: string, version: string, logger: Logger): Promise<boolean> {
  const current = path.join(folder, version);
  const names = await readdir(folder);
  const leftovers = [
    ...names
      .filter((name) => name.startsWith('v') && name !== version)
      .map((name) => path.join(folder, name)),
    ...(await readdir(current)).filter((name) => name === 'lost').map((name) => path.join(current, name)),
  ];
  for (const leftover of leftovers) {
    logger.warn(
      { path: leftover },
      'The budget of the spool is reached: what had been set aside is removed.',
    );
    await rm(leftover, { recursive: true, force: true });
  }
  return leftovers.length > 0;
}
