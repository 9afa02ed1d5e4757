import type { KeyObject } from 'node:crypto';
import { parsePublicKey } from '../config/public-key.js';
import { EdgeError } from '../errors/index.js';
import { isSignedBy } from './signature.js';

/** What speaks for a model: the file whose digest is judged is its archive, or the model.json of its package. */
export interface Evidence {
  /** For messages. */
  readonly path: string;
  readonly digest: string;
  /** Digest that the operator pinned. */
  readonly pin: string | undefined;
  /** The operator named one version of an object, which cannot change. */
  readonly versionPinned?: boolean;
  /** Detached signature in base64. */
  readonly signature?: string | undefined;
  /** It came with the product. */
  readonly shipped?: boolean;
  readonly allowUnpinned: boolean;
}

/** Decides whether a model may be used: a compiled model is native code. */
export class Trust {
  readonly #keys: readonly KeyObject[];

  /** @param publicKeys checked ones, of the configuration */
  constructor(publicKeys: readonly string[]) {
    this.#keys = publicKeys.map((text) => parsePublicKey(text));
  }

  /** Signatures matter only where there are keys to judge them by. */
  get hasKeys(): boolean {
    return this.#keys.length > 0;
  }

  /**
   * A wrong pin refuses at once, a right one is enough. A signature that is there must be good, whatever else is allowed.
   * @returns false where nothing speaks for it yet
   * @throws EdgeError MODEL_DIGEST_MISMATCH, MODEL_SIGNATURE_INVALID
   */
  accepts({ path, digest, pin, versionPinned, signature, shipped, allowUnpinned }: Evidence): boolean {
    if (pin !== undefined) {
      if (pin !== digest)
        throw new EdgeError('MODEL_DIGEST_MISMATCH', { path, expected: pin, actual: digest });
      return true;
    }
    if (signature !== undefined && this.hasKeys) {
      if (isSignedBy(this.#keys, digest, signature)) return true;
      throw new EdgeError('MODEL_SIGNATURE_INVALID', {
        path,
        reason: 'it was made for another file, or by none of trust.publicKeys',
      });
    }
    return versionPinned === true || shipped === true || allowUnpinned;
  }
}
