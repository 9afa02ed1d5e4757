import { homedir } from 'node:os';
import path from 'node:path';

/** The user's cache of the product, which the set-up uses too. */
export function userCache(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['MLI_CACHE_DIR']) return path.resolve(environment['MLI_CACHE_DIR']);
  const base = environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
  return path.resolve(base, 'greengrass-mli');
}
