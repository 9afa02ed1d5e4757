import type { ModelConfig } from '../config/model.js';
import type { ModelOrigin } from './origin.js';
import type { PackageRequest } from './package.js';

/** A model on this device, proved: what a pipeline process needs to open it, and where it came from. */
export interface ResolvedModel extends PackageRequest {
  /** Digest of its model.json: the pipeline process proves it again. */
  readonly sha256: string;
  readonly origin: ModelOrigin;
  /** Why this may not be the newest: the origin could not be asked, and this is the last that it gave. */
  readonly stale?: string | undefined;
}

/** What a pipeline needs of the models of its device; ModelRepository is one. */
export interface ModelSupply {
  /**
   * Brings the model to this device and proves it.
   * @param name of the model in the configuration
   * @throws EdgeError MODEL_*; the reason of the signal where that ended it
   */
  resolve(name: string, config: ModelConfig, signal?: AbortSignal): Promise<ResolvedModel>;
  /**
   * What its source gave earlier, from this device alone: the newest that suits. For when the newest of all is known not to work.
   * @param suits by the digest of the package
   */
  cached(
    name: string,
    config: ModelConfig,
    suits: (digest: string) => boolean,
  ): Promise<ResolvedModel | undefined>;
}
