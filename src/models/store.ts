import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.js';
import { compareVersions } from './version.js';

/** Larger files are no registrations: they have a few hundred bytes. */
const mostBytes = 16_384;

const entrySchema = z.strictObject({
  kind: z.enum(['model', 'runtime']),
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/),
  component: z.string().regex(/^[a-zA-Z0-9\-_.]+$/),
  version: z.string().regex(/^\d+\.\d+\.\d+/, 'must be a semantic version'),
  folder: z.string().refine((folder) => path.isAbsolute(folder), 'must be an absolute path'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest'),
  architecture: z.enum(['x64', 'arm64', 'any']),
});

/**
 * What another component of this device brings: a model package or the library of a runtime. `sha256` is that of `model.json` or
 * of `libdlr.so` in the folder; it identifies the content, and whoever opens it checks it.
 */
export type StoreEntry = Readonly<z.output<typeof entrySchema>>;

/**
 * Reads what the components of this device have registered (scripts/package/register.sh): `<work root>/<component>/mli-store/*.json`.
 * Recipe variables cannot do this, since nucleus lite knows only a component's own.
 *
 * A file that is malformed is skipped with a warning; an entry whose folder is gone, as after its component was removed, is left
 * out. Of several entries of one kind, name and architecture the newest version wins.
 * @param workRoot the folder that holds the components' work folders (MLI_WORK_ROOT); where it is missing the store is empty.
 * @returns sorted by kind, name and architecture
 */
export async function readStore(workRoot: string, logger: Logger): Promise<StoreEntry[]> {
  const newest = new Map<string, StoreEntry>();
  for (const component of await namesIn(workRoot)) {
    const folder = path.join(workRoot, component, 'mli-store');
    for (const name of await namesIn(folder)) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const entry = await readEntry(path.join(folder, name), component, logger);
      if (!entry) continue;
      const key = `${entry.kind} ${entry.name} ${entry.architecture}`;
      const known = newest.get(key);
      if (!known || compareVersions(entry.version, known.version) > 0) newest.set(key, entry);
    }
  }
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

async function readEntry(file: string, component: string, logger: Logger): Promise<StoreEntry | undefined> {
  try {
    const entry = parseEntry(await readSmall(file), component);
    if (await isFolder(entry.folder)) return entry;
    logger.debug(
      { file, folder: entry.folder },
      'the folder of a registration is gone: its component was removed or is being updated',
    );
    return undefined;
  } catch (error) {
    logger.warn(
      { file, reason: (error as Error).message },
      'A registration in the store is skipped: deploy its component again.',
    );
    return undefined;
  }
}

function parseEntry(text: string, component: string): StoreEntry {
  const parsed = entrySchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues
        .map((issue) => `${issue.path.join('.') || '(document)'}: ${issue.message}`)
        .join('; '),
    );
  }
  // A component speaks for itself only.
  if (parsed.data.component !== component)
    throw new Error(`it names the component ${parsed.data.component}, in the folder of ${component}`);
  return parsed.data;
}

async function readSmall(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > mostBytes) throw new Error(`it has ${size} bytes, at most ${mostBytes} are expected`);
  return await readFile(file, 'utf8');
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (info) => info.isDirectory(),
    () => false,
  );

/** Sorted, so that the order of a folder does not decide; empty where there is no such folder or it may not be read. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}
