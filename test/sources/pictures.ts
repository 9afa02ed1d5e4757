import { deflateSync, crc32 } from 'node:zlib';
import { Picture } from '../../src/opencv.js';

/** A JPEG of one BGR colour. */
export function jpeg(width: number, height: number, [b, g, r]: readonly [number, number, number]): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.set([b, g, r], at);
  const picture = Picture.fromPixels(pixels, width, height);
  try {
    return picture.encodeJpeg(95);
  } finally {
    picture.release();
  }
}

/** A PNG whose header claims a size; its data is a few bytes, as in a decompression bomb that a scanner would pass. */
export function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The pixel [blue, green, red] at a share of the width and height. */
export async function pixelOf(bytes: Uint8Array, x: number, y: number): Promise<number[]> {
  const picture = await Picture.decode(bytes);
  try {
    const { width, height } = picture;
    const part = { x: Math.floor(x * width), y: Math.floor(y * height), width: 1, height: 1 };
    return [...picture.resized(part, 1, 1, 'area').data];
  } finally {
    picture.release();
  }
}
