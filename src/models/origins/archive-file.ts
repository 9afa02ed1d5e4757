import { access, constants, copyFile, rm, stat } from 'node:fs/promises';
import type { ModelSourceConfig } from '../../config/model.js';
import { EdgeError } from '../../errors/index.js';
import { sha256OfFile } from '../digest.js';
import { toDiskError } from '../disk.js';
import { readSignature } from '../plan.js';
import { signatureSuffix } from '../signature.js';
import type { Located, Origin } from './origin.js';
import type { RemoteContext } from './s3-object.js';

/** An archive on this device. */
export class ArchiveFile implements Origin {
  readonly fixed: boolean;
  readonly #path: string;
  readonly #context: Pick<RemoteContext, 'downloadPath' | 'reserve'>;

  constructor(
    source: Extract<ModelSourceConfig, { type: 'file' }>,
    context: Pick<RemoteContext, 'downloadPath' | 'reserve'>,
  ) {
    this.#path = source.path;
    this.#context = context;
    this.fixed = source.sha256 !== undefined;
  }

  async locate(): Promise<Located> {
    const file = this.#path;
    const { downloadPath, reserve } = this.#context;
    const info = await access(file, constants.R_OK)
      .then(() => stat(file))
      .catch((cause: unknown) => {
        throw new EdgeError(
          'MODEL_ORIGIN_MISSING',
          { uri: file, reason: (cause as Error).message },
          { cause },
        );
      });
    if (!info.isFile())
      throw new EdgeError('MODEL_ORIGIN_MISSING', {
        uri: file,
        reason: 'it is a folder: its source would be of type package',
      });
    return {
      origin: { type: 'file', uri: file, revision: `${info.ino}-${info.size}-${info.mtimeMs}` },
      // What is judged and what is opened must be the same bytes: a copy that nobody else can write.
      fetch: async () => {
        await reserve(info.size);
        await copyFile(file, downloadPath, constants.COPYFILE_FICLONE).catch(async (error: unknown) => {
          await rm(downloadPath, { force: true });
          throw toDiskError(error, downloadPath);
        });
        return {
          kind: 'archive',
          file: downloadPath,
          sha256: await sha256OfFile(downloadPath),
          signature: await readSignature(file + signatureSuffix),
          release: () => rm(downloadPath, { force: true }),
        };
      },
    };
  }
}
