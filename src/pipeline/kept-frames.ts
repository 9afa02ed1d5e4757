import type { Picture } from '../opencv.js';
import { decodePicture } from '../sources/picture-file.js';
import type { Frame, PictureFrame } from '../types.js';

/** A frame of the source, kept for those who may ask for its picture: its pixels, or the file that it came in. */
export class KeptFrame {
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

/** The last frames that gave a result. Keeps nothing where nobody may ask. */
export class KeptFrames {
  readonly #frames: KeptFrame[] = [];
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#trim();
  }

  /** To be called before the frame is used up; what comes back is added once it has a result, or released. */
  hold(frame: Frame): KeptFrame | undefined {
    return this.#limit > 0 && frame.kind === 'picture' ? new KeptFrame(frame) : undefined;
  }

  add(frame: KeptFrame): void {
    this.#frames.push(frame);
    this.#trim();
  }

  /** @param id default: the newest */
  find(id?: number): KeptFrame | undefined {
    return id === undefined ? this.#frames.at(-1) : this.#frames.find((frame) => frame.id === id);
  }

  clear(): void {
    for (const frame of this.#frames.splice(0)) frame.release();
  }

  #trim(): void {
    const surplus = Math.max(0, this.#frames.length - this.#limit);
    for (const frame of this.#frames.splice(0, surplus)) frame.release();
  }
}
