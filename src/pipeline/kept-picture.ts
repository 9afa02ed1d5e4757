import type { Picture } from '../opencv.js';
import { decodePicture } from '../sources/picture-file.js';
import type { PictureFrame } from '../types.js';

/** A picture of the source, kept for those who may ask for it: its pixels, or the file that it came in. */
export class KeptPicture {
  readonly kind = 'picture';
  readonly id: number;
  readonly capturedAt: Date;
  readonly #picture: Picture | undefined;
  readonly #encoded: Uint8Array | undefined;

  constructor({ id, capturedAt, picture, encoded }: PictureFrame) {
    this.id = id;
    this.capturedAt = capturedAt;
    this.#encoded = encoded;
    this.#picture = encoded ? undefined : picture.share();
  }

  /** The JPEG that the frame came in, where it did. */
  get jpeg(): Uint8Array | undefined {
    const isJpeg = this.#encoded?.[0] === 0xff && this.#encoded[1] === 0xd8;
    return isJpeg ? this.#encoded : undefined;
  }

  /**
   * The picture, for the caller to release and not to draw into.
   * @param minWidth it may be reduced to anything that is not narrower
   */
  async open(minWidth: number): Promise<Picture> {
    if (this.#encoded) return (await decodePicture(this.#encoded, minWidth, 1)).picture;
    if (!this.#picture) throw new Error('it was let go of meanwhile');
    return this.#picture.share();
  }

  release(): void {
    this.#picture?.release();
  }
}
