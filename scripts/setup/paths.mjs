import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of the `dlr` wheel whose library is used; it is the last one that carries a library. */
export const DLR_VERSION = '1.6.0';

/** The checkout that this script belongs to. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Where everything lives that outlasts a checkout: `MLI_CACHE_DIR`, else `greengrass-mli` in the user's cache folder.
 * An empty variable counts as unset, as the XDG base directory specification has it.
 */
export function cacheDir(env = process.env) {
  if (env.MLI_CACHE_DIR) return resolve(env.MLI_CACHE_DIR);
  return join(env.XDG_CACHE_HOME ? resolve(env.XDG_CACHE_HOME) : join(homedir(), '.cache'), 'greengrass-mli');
}

/**
 * The DLR runtime library: `MLI_LIBDLR` where it is set, else the one that the set-up keeps in the cache.
 * @returns {string | undefined} undefined on processors for which the package index has no library
 */
export function libdlrPath(env = process.env, arch = process.arch) {
  if (env.MLI_LIBDLR) return resolve(env.MLI_LIBDLR);
  return arch === 'x64' ? join(cacheDir(env), `libdlr-${DLR_VERSION}`, 'libdlr.so') : undefined;
}

/** Full output of the tools that the set-up runs, one file a step, overwritten by the next set-up. */
export const logsDir = (cache = cacheDir()) => join(cache, 'logs');

/** Archives from package indices, verified by digest before each use. */
export const downloadsDir = (cache = cacheDir()) => join(cache, 'downloads');

/**
 * Work in progress of all set-ups; what is there when one starts belongs to one that was interrupted.
 * @param {string} cache
 */
export const allWorkDir = (cache) => join(cache, 'work');

/**
 * Work in progress of this one. Compilers can outlive a set-up that was killed, and must not write into the next one's.
 * @param {string} cache
 */
export const workDir = (cache) => join(allWorkDir(cache), String(process.pid));
