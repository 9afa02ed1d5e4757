import { crc32, deflateSync } from 'node:zlib';
import type { PixelBuffer } from '../../types.js';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const greyScale = 0;
const trueColour = 2;

/**
 * A PNG file of a picture: lossless, so that its pixels are the same wherever it is decoded. Format: W3C, Portable Network Graphics.
 * @param picture grey, or BGR as OpenCV has it
 */
export function encodePng({ data, width, height, channels }: PixelBuffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 1 ? greyScale : trueColour, 0, 0, 0], 8);
  const rowBytes = width * channels;
  // Each row begins with its filter: none.
  const rows = Buffer.alloc(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * (rowBytes + 1) + 1, (y + 1) * (rowBytes + 1));
    row.set(data.subarray(y * rowBytes, (y + 1) * rowBytes));
    for (let x = 0; channels === 3 && x < rowBytes; x += 3) {
      const blue = row[x] ?? 0;
      row[x] = row[x + 2] ?? 0;
      row[x + 2] = blue;
    }
  }
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
