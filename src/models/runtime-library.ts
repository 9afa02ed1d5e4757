import path from 'node:path';
import type { Logger } from '../logger.js';
import { readStore } from './store.js';

/**
 * The libdlr.so that another component of this device registered, such as mli.runtime.DLR; undefined where none did. Like every
 * library it is opened only if it is a known release or has the configured digest.
 */
export async function storedLibrary(
  workRoot: string | undefined,
  logger: Logger,
): Promise<string | undefined> {
  if (workRoot === undefined) return undefined;
  const entries = await readStore(workRoot, logger);
  const entry = entries.find(
    ({ kind, name, architecture }) =>
      kind === 'runtime' && name === 'dlr' && (architecture === process.arch || architecture === 'any'),
  );
  return entry && path.join(entry.folder, 'libdlr.so');
}
