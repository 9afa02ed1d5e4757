import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Picture } from '../dist/opencv.js';
import { readPicture } from '../dist/sources/picture-file.js';
import { samplePictures } from './samples.mjs';

/** What cameras and Python's cv2.imwrite use, near enough. */
const jpegQuality = 90;

/**
 * The sample pictures as JPEG files of one size, in a folder that goes with the process. Loads OpenCV into it.
 * @param {number} width in pixels
 * @param {number} height in pixels
 * @param {number} [limit] at most so many
 * @returns {Promise<{ folder: string, files: string[] }>}
 */
export async function scaledPictures(width, height, limit = 12) {
  const folder = mkdtempSync(path.join(tmpdir(), `mli-bench-${width}x${height}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = [];
  for (const sample of samplePictures().slice(0, limit)) {
    const file = path.join(folder, `${path.parse(sample).name}.jpg`);
    writeFileSync(file, await scaledJpeg(sample, width, height));
    files.push(file);
  }
  return { folder, files };
}

async function scaledJpeg(file, width, height) {
  // No reduction while decoding, however small the wanted size is.
  const { picture } = await readPicture(file, Infinity, Infinity);
  let scaled;
  try {
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
    const { data } = picture.resized(whole, width, height, width > picture.width ? 'cubic' : 'area');
    scaled = Picture.fromPixels(data, width, height);
    return scaled.encodeJpeg(jpegQuality);
  } finally {
    picture.release();
    scaled?.release();
  }
}
