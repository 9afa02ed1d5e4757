import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodePicture } from '../../src/sources/picture-file.js';
import { damage, fuzzRounds, nativeMegabytes, random } from '../fuzz.js';
import { jpeg, pngHeader } from './pictures.js';

const rounds = fuzzRounds(80);
// A line for each picture that it cannot decode.
process.env['OPENCV_LOG_LEVEL'] = 'SILENT';
const root = new URL('../../', import.meta.url);

/** A bitmap of 24 bits, uncompressed. */
function bitmap(width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + rowBytes * height, 120);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(0, 6);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.fill(0, 30, 54);
  return bytes;
}

const seeds: Readonly<Record<string, Buffer>> = {
  'small JPEG': jpeg(64, 48, [10, 120, 200]),
  JPEG: readFileSync(new URL('samples/belt/01-glass.jpg', root)),
  PNG: pngHeader(64, 48),
  bitmap: bitmap(33, 20),
};

async function decodeDamaged(whole: Buffer, seed: number): Promise<'decoded' | 'refused'> {
  const next = random(seed);
  // The first bytes hold sizes and tables: half of the damage goes there.
  const head = next() < 0.5 ? Math.min(whole.length, 700) : whole.length;
  const bytes = Buffer.concat([damage(whole.subarray(0, head), next), whole.subarray(head)]);
  const size = 1 + Math.floor(next() * 300);
  try {
    const { picture, width, height } = await decodePicture(bytes, size, size);
    try {
      expect(picture.width * picture.height, `seed ${seed}`).toBeGreaterThan(0);
      expect(width * height, `seed ${seed}`).toBeGreaterThan(0);
    } finally {
      picture.release();
    }
    return 'decoded';
  } catch (error) {
    expect(error, `seed ${seed}`).toBeInstanceOf(Error);
    return 'refused';
  }
}

it.each(Object.keys(seeds))(
  'a damaged %s is decoded or refused with a reason; the process and its memory stay',
  { timeout: 120_000 },
  async (kind) => {
    const whole = seeds[kind] ?? Buffer.alloc(0);
    // What libraries take once.
    for (let seed = 0; seed < 20; seed++) await decodeDamaged(whole, seed);
    const before = nativeMegabytes();
    const outcomes = { decoded: 0, refused: 0 };
    for (let seed = 0; seed < rounds; seed++) outcomes[await decodeDamaged(whole, seed)]++;
    expect(outcomes.refused).toBeGreaterThan(rounds / 20);
    expect(nativeMegabytes() - before).toBeLessThan(60);
  },
);
