import type { ModelOrigin } from '../origin.js';

/** What a source gives: a folder as it is, or an archive that was brought here. */
export type Content =
  | {
      readonly kind: 'folder';
      readonly folder: string;
      /** It goes with the product, so that no copy is needed. */
      readonly inPlace: boolean;
      /** Digest that whoever put it there gave for its model.json. */
      readonly announced?: string | undefined;
    }
  | {
      readonly kind: 'archive';
      readonly file: string;
      readonly sha256: string;
      /** The detached signature beside it, in base64; only looked for where it matters. */
      readonly signature?: string | undefined;
      /** When it is no longer needed. */
      readonly release: () => Promise<void>;
    };

/** A model that was found, before it is brought. */
export interface Located {
  readonly origin: ModelOrigin;
  /** @throws EdgeError MODEL_ORIGIN_*, MODEL_DISK_FULL */
  readonly fetch: (signal?: AbortSignal) => Promise<Content>;
}

/** Where a model comes from, as its configuration says. */
export interface Origin {
  /** What it gives can never change: a copy of it is as good. */
  readonly fixed: boolean;
  /**
   * Finds out what is there now.
   * @param quick where there is something to fall back on: one attempt, a few seconds
   * @throws EdgeError MODEL_ORIGIN_*, MODEL_JOB_*, MODEL_CREDENTIALS_MISSING, MODEL_NOT_FOUND, MODEL_NOT_IN_STORE
   */
  locate(quick: boolean, signal?: AbortSignal): Promise<Located>;
}
