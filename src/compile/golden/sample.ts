import type { DType } from '../../types.js';

/** One golden sample: the file that the package keeps, and the tensor that comes of it. */
export interface GoldenInput {
  /** Name of the file in `golden/`: `picture-1.png`, `row-1.json`. */
  readonly file: string;
  readonly content: Buffer;
  readonly tensor: {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly bytes: Buffer;
  };
}
