import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Artifact } from './artifact.js';

/**
 * Calls `load` with a folder that holds the files of the model and nothing that DLR would mistake for one: the artifact's own,
 * or one of links that lives as long as the call. (DLR takes single files too, but only from 1.6 on.)
 */
export async function withLoadFolder<T>(
  artifact: Artifact,
  load: (folder: string) => Promise<T>,
): Promise<T> {
  if (!artifact.ambiguous) return load(artifact.folder);
  const folder = await mkdtemp(path.join(tmpdir(), 'mli-model-'));
  try {
    await Promise.all(artifact.files.map((file) => symlink(file, path.join(folder, path.basename(file)))));
    return await load(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
