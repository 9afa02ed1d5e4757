import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/index.js';
import type { Logger } from '../logger.js';
import { ModelRepository } from '../models/index.js';

export interface ModelSupplyOptions {
  /** Folder of the component's state; the models lie below it. */
  readonly state: string;
  readonly workRoot: string | undefined;
  readonly logger: Logger;
  /** Digests of the packages that run now. */
  readonly inUse: () => Iterable<string>;
}

/** The repository of the process: one for its life, unless a configuration trusts other keys or wants another cache. */
export class RepositoryOfProcess {
  readonly #options: ModelSupplyOptions;
  #repository: ModelRepository | undefined;
  #madeFor: unknown;

  constructor(options: ModelSupplyOptions) {
    this.#options = options;
  }

  for({ trust, modelCache }: Configuration): ModelRepository {
    const wanted = { trust, modelCache };
    if (this.#repository && isDeepStrictEqual(wanted, this.#madeFor)) return this.#repository;
    this.close();
    const { state, workRoot, logger, inUse } = this.#options;
    this.#madeFor = wanted;
    this.#repository = new ModelRepository({
      folder: path.join(state, 'models'),
      workRoot,
      logger,
      trust,
      maxMegabytes: modelCache.maxMegabytes,
      inUse,
    });
    return this.#repository;
  }

  close(): void {
    this.#repository?.close();
    this.#repository = undefined;
  }
}
