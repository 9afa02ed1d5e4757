import type { ModelConfig } from '../config/model.js';
import { EdgeError } from '../errors/index.js';
import { shippedDigests } from './shipped.js';
import type { Trust } from './trust.js';

/** What speaks for an archive. */
export interface ArchiveSeal {
  readonly sha256: string;
  readonly signature?: string | undefined;
}

/** What speaks for a package: the digest of its model.json, and the signature beside it. */
export interface PackageSeal {
  readonly digest: string;
  readonly signature: string | undefined;
}

/** Decides whether a model of the configuration may be used: by its archive, else by the package that was in it. */
export class ModelJudge {
  readonly #trust: Trust;

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** Whether a signature can make a difference. */
  wantsSignature({ source }: ModelConfig): boolean {
    return this.#trust.hasKeys && source.sha256 === undefined;
  }

  /**
   * Before an archive is opened: only a package in it that is signed could still speak for one that is not.
   * @param uri for messages
   * @throws EdgeError MODEL_UNPINNED, MODEL_DIGEST_MISMATCH, MODEL_SIGNATURE_INVALID
   */
  admitArchive(config: ModelConfig, uri: string, archive: ArchiveSeal): void {
    if (this.#acceptsArchive(config, uri, archive) || this.#trust.hasKeys) return;
    throw new EdgeError('MODEL_UNPINNED', { path: uri, digest: archive.sha256 });
  }

  /**
   * Before anything of a package is used.
   * @param archive in which it came, if in any
   * @throws EdgeError MODEL_UNPINNED, MODEL_DIGEST_MISMATCH, MODEL_SIGNATURE_INVALID
   */
  admit(config: ModelConfig, uri: string, archive: ArchiveSeal | undefined, manifest: PackageSeal): void {
    if (archive && this.#acceptsArchive(config, uri, archive)) return;
    const evidence = {
      path: uri,
      // The pin of an archive is the archive's.
      pin: archive ? undefined : config.source.sha256,
      shipped: !archive && shippedDigests().has(manifest.digest),
      allowUnpinned: config.allowUnpinned,
      ...manifest,
    };
    if (this.#trust.accepts(evidence)) return;
    throw new EdgeError('MODEL_UNPINNED', { path: uri, digest: archive?.sha256 ?? manifest.digest });
  }

  #acceptsArchive(
    { source, allowUnpinned }: ModelConfig,
    uri: string,
    { sha256, signature }: ArchiveSeal,
  ): boolean {
    const versionPinned = source.type === 's3' && source.versionId !== undefined;
    return this.#trust.accepts({
      path: uri,
      digest: sha256,
      pin: source.sha256,
      versionPinned,
      signature,
      allowUnpinned,
    });
  }
}
