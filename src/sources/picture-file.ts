import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { imageSize } from 'image-size';
import { EdgeError, isEdgeError } from '../errors/index.js';
import { maxPixels, Picture } from '../opencv.js';

/** Larger files are no pictures for a model of a few hundred pixels. */
const maxBytes = 64 * 1024 * 1024;

export interface DecodedPicture {
  readonly picture: Picture;
  /** Size of the original, as it is shown: after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** The bytes that were decoded. */
  readonly encoded: Uint8Array;
}

/**
 * Reads a picture file at the smallest scale that still covers minWidth x minHeight: decoding costs most of the time of a frame.
 * The size is read from the header first, so that a picture of 30,000 x 30,000 pixels costs nothing.
 * @throws EdgeError PICTURE_UNREADABLE
 */
export async function readPicture(
  path: string,
  minWidth: number,
  minHeight: number,
): Promise<DecodedPicture> {
  try {
    return await decodePicture(readBounded(path), minWidth, minHeight);
  } catch (error) {
    if (isEdgeError(error)) throw error;
    throw new EdgeError('PICTURE_UNREADABLE', { path, reason: (error as Error).message }, { cause: error });
  }
}

/** The same for bytes in memory. @throws Error with the reason */
export async function decodePicture(
  bytes: Uint8Array,
  minWidth: number,
  minHeight: number,
): Promise<DecodedPicture> {
  if (bytes.byteLength === 0) throw new Error('it is empty');
  const size = imageSize(bytes);
  if (size.width * size.height > maxPixels) {
    throw new Error(`it has ${size.width} x ${size.height} pixels, the limit is ${maxPixels} in all`);
  }
  // EXIF orientations 5 to 8 lie on their side.
  const turned = (size.orientation ?? 1) >= 5;
  const width = turned ? size.height : size.width;
  const height = turned ? size.width : size.height;
  const picture = await Picture.decode(bytes, reductionFor(width, height, minWidth, minHeight));
  return { picture, width, height, encoded: bytes };
}

/** The greatest reduction at which the picture still covers the wanted size. */
export function reductionFor(
  width: number,
  height: number,
  minWidth: number,
  minHeight: number,
): 1 | 2 | 4 | 8 {
  for (const reduction of [8, 4, 2] as const) {
    if (width / reduction >= minWidth && height / reduction >= minHeight) return reduction;
  }
  return 1;
}

/**
 * Synchronous on purpose: a pipeline has nothing else to do meanwhile, and four hops through the thread pool cost more than the
 * read of a picture that the page cache holds. A FIFO or device, which could block, is refused before it is read.
 */
function readBounded(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new Error('it is no file');
    if (info.size > maxBytes) throw new Error(`it has ${info.size} bytes, the limit is ${maxBytes}`);
    const bytes = Buffer.allocUnsafe(info.size);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
