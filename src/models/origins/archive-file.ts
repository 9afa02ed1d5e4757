import { stat } from 'node:fs/promises';
import type { ModelSourceConfig } from '../../config/model.js';
import { EdgeError } from '../../errors/index.js';
import { sha256OfFile } from '../digest.js';
import { readSignature } from '../plan.js';
import { signatureSuffix } from '../signature.js';
import type { Located, Origin } from './origin.js';

/** An archive on this device. */
export class ArchiveFile implements Origin {
  readonly fixed: boolean;
  readonly #path: string;

  constructor(source: Extract<ModelSourceConfig, { type: 'file' }>) {
    this.#path = source.path;
    this.fixed = source.sha256 !== undefined;
  }

  async locate(): Promise<Located> {
    const file = this.#path;
    const info = await stat(file).catch((cause: unknown) => {
      throw new EdgeError('MODEL_ORIGIN_MISSING', { uri: file, reason: (cause as Error).message }, { cause });
    });
    if (!info.isFile()) throw new EdgeError('MODEL_ORIGIN_MISSING', { uri: file, reason: 'it is a folder: its source would be of type package' });
    return {
      origin: { type: 'file', uri: file, revision: `${info.ino}-${info.size}-${info.mtimeMs}` },
      fetch: async () => ({
        kind: 'archive',
        file,
        sha256: await sha256OfFile(file),
        signature: await readSignature(file + signatureSuffix),
        // It is the operator's, and stays.
        release: async () => undefined,
      }),
    };
  }
}
