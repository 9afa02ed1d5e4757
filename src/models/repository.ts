import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../config/model.js';
import { EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { sha256Of } from './digest.js';
import type { ModelOrigin } from './origin.js';
import { shippedDigests } from './shipped.js';
import type { ModelSupply, ResolvedModel } from './supply.js';

export interface RepositoryOptions {
  /** Root of the cache; it is made when it is missing. */
  readonly folder: string;
  /** The nucleus' work folder, in which the store of other components' models lies. */
  readonly workRoot?: string | undefined;
  readonly logger: Logger;
  readonly trust: { readonly publicKeys: readonly string[] };
  /** The cache stays below this, apart from what is in use. @default 1024 */
  readonly maxMegabytes?: number | undefined;
  /** Digests of the packages that run now: these are never removed. */
  readonly inUse?: (() => Iterable<string>) | undefined;
}

/** The models of a device: brings them here, proves them, and keeps its own copy. */
export class ModelRepository implements ModelSupply {
  readonly #options: RepositoryOptions;

  constructor(options: RepositoryOptions) {
    this.#options = options;
  }

  /**
   * Brings the model to this device, proves it and keeps a copy of it. A pinned model that is there needs no network.
   * @param name of the model in the configuration
   * @throws EdgeError MODEL_*; the reason of the signal where that ended it
   */
  async resolve(name: string, config: ModelConfig, signal?: AbortSignal): Promise<ResolvedModel> {
    signal?.throwIfAborted();
    const folder = config.source.type === 'package' ? (config.source.path ?? '') : '';
    const file = path.join(folder, 'model.json');
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new EdgeError('MODEL_NOT_FOUND', { path: folder }, { cause });
    });
    const digest = sha256Of(bytes);
    const pinned = config.source.sha256;
    if (pinned !== undefined && pinned !== digest) {
      throw new EdgeError('MODEL_DIGEST_MISMATCH', { path: file, expected: pinned, actual: digest });
    }
    if (pinned === undefined && !config.allowUnpinned && !shippedDigests().has(digest)) {
      throw new EdgeError('MODEL_UNPINNED', { path: folder, digest });
    }
    this.#options.logger.debug({ model: name, digest }, 'model resolved');
    const origin: ModelOrigin = { type: 'package', uri: folder, revision: digest };
    return { folder, sha256: digest, allowUnpinned: false, target: config.target, origin };
  }

  /**
   * What the origin gave earlier, from the cache alone: the newest, or the one with this digest. Undefined where it is not there.
   * For a start after which the newest is known not to work.
   */
  async cached(name: string, config: ModelConfig, digest?: string): Promise<ResolvedModel | undefined> {
    const known = await this.resolve(name, config);
    return digest === undefined || known.sha256 === digest ? known : undefined;
  }

  /**
   * Whether the origin has another revision than that one: one small request, none for a pinned model.
   * @throws EdgeError MODEL_* where it cannot be asked
   */
  async probe(name: string, config: ModelConfig, since: ModelOrigin, signal?: AbortSignal): Promise<boolean> {
    return (await this.resolve(name, config, signal)).origin.revision !== since.revision;
  }
}
