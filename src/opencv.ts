import { createRequire } from 'node:module';
import type * as OpenCv from 'opencv4nodejs';
import { EdgeError } from './errors/index.js';
import type { PixelBuffer } from './types.js';

/**
 * The one file that knows OpenCV (docs/design.md, decision 7). It lives in pipeline processes only: opencv4nodejs is bound to one
 * thread of one process, throws strings, and crashes V8 unless its tracking of external memory is off and every Mat is released.
 */

/** Decoding refuses larger pictures before it allocates anything. */
export const maxPixels = 100_000_000;

/** Up to this size a file is decoded on the spot: a few milliseconds. */
const syncDecodeBytes = 400_000;

/** A camera that gives no frame for this long has failed. */
export const captureTimeoutSeconds = 5;

export type Mat = OpenCv.Mat;
let loaded: typeof OpenCv | undefined;

/** For src/capture.ts only. */
export function cv(): typeof OpenCv {
  if (loaded) return loaded;
  // All are read when the library is loaded.
  process.env['OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING'] = '1';
  process.env['OPENCV_IO_MAX_IMAGE_PIXELS'] = String(maxPixels);
  process.env['OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT'] = String(captureTimeoutSeconds);
  try {
    loaded = createRequire(import.meta.url)('opencv4nodejs') as typeof OpenCv;
  } catch (error) {
    throw new EdgeError(
      'OPENCV_NOT_FOUND',
      { reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) },
      { cause: error },
    );
  }
  return loaded;
}

/** Runs a call into OpenCV and turns its string errors into Errors. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error));
  }
}

/** The same for a call that makes Mats on its way: those that it keeps are released in every case. */
function releasing<T>(call: (keep: (mat: Mat) => Mat) => T): T {
  const mats: Mat[] = [];
  const keep = (mat: Mat): Mat => {
    mats.push(mat);
    return mat;
  };
  try {
    return guarded(() => call(keep));
  } finally {
    for (const mat of mats) mat.release();
  }
}

const interpolations = { area: 'INTER_AREA', linear: 'INTER_LINEAR', cubic: 'INTER_CUBIC' } as const;
export type Interpolation = keyof typeof interpolations;

/** A rectangle in pixels of a picture. */
export interface PixelRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Blue, green and red, 0..255. */
export type Bgr = readonly [blue: number, green: number, red: number];

/** A BGR picture in native memory. Whoever holds it releases it, in `finally`. */
export class Picture {
  readonly width: number;
  readonly height: number;
  #mat: Mat | undefined;

  private constructor(mat: Mat) {
    this.#mat = mat;
    this.width = mat.cols;
    this.height = mat.rows;
  }

  /**
   * Decodes a JPEG, PNG or BMP, at once turned as its EXIF orientation says.
   * @param reduction 1, 2, 4 or 8: decodes at that fraction of the size, which costs a fraction of the time.
   * @throws Error with OpenCV's reason.
   */
  static async decode(bytes: Uint8Array, reduction: 1 | 2 | 4 | 8 = 1): Promise<Picture> {
    const flag = reduction === 1 ? cv().IMREAD_COLOR : cv()[`IMREAD_REDUCED_COLOR_${reduction}`];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let mat: Mat;
    try {
      // A hop through the thread pool costs more than decoding a small file; a large one would block the event loop.
      mat =
        buffer.byteLength <= syncDecodeBytes
          ? cv().imdecode(buffer, flag)
          : await cv().imdecodeAsync(buffer, flag);
    } catch (error) {
      throw error instanceof Error ? error : new Error(String(error));
    }
    if (mat.empty) {
      mat.release();
      throw new Error('it is damaged or of a format that cannot be decoded');
    }
    return new Picture(mat);
  }

  /** Takes an 8-bit BGR Mat over; undefined, and released, where it is empty. */
  static fromMat(mat: Mat): Picture | undefined {
    if (!mat.empty) return new Picture(mat);
    mat.release();
    return undefined;
  }

  /** Copies interleaved 8-bit BGR pixels, rows without padding. */
  static fromPixels(bgr: Buffer, width: number, height: number): Picture {
    return guarded(() => new Picture(new (cv().Mat)(bgr, height, width, cv().CV_8UC3)));
  }

  /** Scales a part of the picture to width x height and takes the pixels out, BGR or their luminance. */
  resized(
    part: PixelRect,
    width: number,
    height: number,
    interpolation: Interpolation,
    grey = false,
  ): PixelBuffer {
    return releasing((keep) => {
      const region = this.#isWhole(part) ? this.#owned() : keep(this.#regionOf(part));
      const scaled =
        region.cols === width && region.rows === height
          ? keep(region.copy())
          : keep(region.resize(height, width, 0, 0, cv()[interpolations[interpolation]]));
      const pixels = grey ? keep(scaled.cvtColor(cv().COLOR_BGR2GRAY)) : scaled;
      return { data: pixels.getData(), width, height, channels: grey ? 1 : 3 };
    });
  }

  /** The pixels of a part of the picture, copied. */
  pixels(part: PixelRect): PixelBuffer {
    const { width, height } = part;
    return releasing((keep) => {
      // A part of a Mat has gaps between its rows, and gives no data before it was copied.
      const mat = this.#isWhole(part) ? this.#owned() : keep(keep(this.#regionOf(part)).copy());
      return { data: mat.getData(), width, height, channels: 3 };
    });
  }

  /** A second handle on the same pixels, released on its own. */
  share(): Picture {
    const { width, height } = this;
    return guarded(() => new Picture(this.#regionOf({ x: 0, y: 0, width, height })));
  }

  /** A copy of its own, at most so many pixels wide: a picture is never enlarged. */
  scaledDown(maxWidth: number): Picture {
    const width = Math.max(1, Math.min(this.width, Math.round(maxWidth)));
    const height = Math.max(1, Math.round((this.height * width) / this.width));
    return guarded(
      () =>
        new Picture(
          width === this.width
            ? this.#owned().copy()
            : this.#owned().resize(height, width, 0, 0, cv().INTER_AREA),
        ),
    );
  }

  /** Paints a rectangle, which lies inside the picture, in one colour. */
  fill({ x, y, width, height }: PixelRect, color: Bgr): void {
    const { Point2, Vec3, FILLED } = cv();
    const [from, to] = [new Point2(x, y), new Point2(x + width - 1, y + height - 1)];
    guarded(() => this.#owned().drawRectangle(from, to, new Vec3(...color), FILLED));
  }

  /** Leaves a few shades of what a rectangle showed: it is reduced to `cells` along its longer side, and enlarged again. */
  blur(rectangle: PixelRect, cells: number): void {
    const { INTER_AREA, INTER_LINEAR } = cv();
    const { width, height } = rectangle;
    const scale = Math.min(1, cells / Math.max(width, height));
    releasing((keep) => {
      const region = keep(this.#regionOf(rectangle));
      const rows = Math.max(1, Math.round(height * scale));
      const columns = Math.max(1, Math.round(width * scale));
      const few = keep(region.resize(rows, columns, 0, 0, INTER_AREA));
      keep(few.resize(height, width, 0, 0, INTER_LINEAR)).copyTo(region);
    });
  }

  /** Draws the outline of a rectangle; what lies outside the picture is cut off. */
  outline({ x, y, width, height }: PixelRect, color: Bgr, thickness: number): void {
    const { Point2, Vec3 } = cv();
    const [from, to] = [new Point2(x, y), new Point2(x + width - 1, y + height - 1)];
    guarded(() => this.#owned().drawRectangle(from, to, new Vec3(...color), thickness));
  }

  /**
   * Writes ASCII text on a bar of `color`, its lower left corner at x, y, moved so far that it stays inside.
   * @param textHeight of a capital letter, in pixels
   */
  label(text: string, x: number, y: number, textHeight: number, color: Bgr): void {
    const { FONT_HERSHEY_SIMPLEX, LINE_AA, Point2, Vec3, getTextSize } = cv();
    // A capital letter of this font is 21 pixels high at scale 1.
    const scale = textHeight / 21;
    const thickness = Math.max(1, Math.round(textHeight / 10));
    guarded(() => {
      const { size, baseLine } = getTextSize(text, FONT_HERSHEY_SIMPLEX, scale, thickness);
      const width = Math.min(this.width, size.width + textHeight);
      const height = Math.min(this.height, size.height + baseLine + Math.round(textHeight / 2));
      const left = Math.max(0, Math.min(x, this.width - width));
      const top = Math.max(0, Math.min(y, this.height) - height);
      this.fill({ x: left, y: top, width, height }, color);
      const origin = new Point2(left + Math.round(textHeight / 2), top + height - baseLine);
      this.#owned().putText(text, origin, FONT_HERSHEY_SIMPLEX, scale, new Vec3(0, 0, 0), thickness, LINE_AA);
    });
  }

  /** @param quality 0..100 */
  encodeJpeg(quality: number): Buffer {
    return guarded(() => cv().imencode('.jpg', this.#owned(), [cv().IMWRITE_JPEG_QUALITY, quality]));
  }

  release(): void {
    this.#mat?.release();
    this.#mat = undefined;
  }

  #isWhole({ x, y, width, height }: PixelRect): boolean {
    return x === 0 && y === 0 && width === this.width && height === this.height;
  }

  /** Shares the pixels; to be released on its own. */
  #regionOf({ x, y, width, height }: PixelRect): Mat {
    return this.#owned().getRegion(new (cv().Rect)(x, y, width, height));
  }

  #owned(): Mat {
    if (!this.#mat) throw new Error('The picture was released already');
    return this.#mat;
  }
}
