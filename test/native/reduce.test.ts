import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engines/native/binding.js';
import { Picture } from '../../src/opencv.js';
import type { InputPicture } from '../../src/types.js';
import { buildFakeLibrary } from './fake-library.js';

const asItIs = { mean: [0, 0, 0], std: [1, 1, 1], colorOrder: 'BGR', layout: 'NHWC' } as const;
const grey = { mean: [0], std: [1], colorOrder: 'GRAY', layout: 'NHWC' } as const;

/** Without a pattern that a mistake of one pixel would leave as it was. */
function picture(width: number, height: number, channels: 1 | 3 = 3): InputPicture {
  let seed = width * 31 + height;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 24;
  });
  return { data, width, height, channels };
}

/** The mean of the area that each pixel covers, in double precision, not rounded. */
function means(from: InputPicture, width: number, height: number): number[] {
  const overlap = (pixel: number, to: number, scale: number) =>
    Math.max(0, Math.min(pixel + 1, (to + 1) * scale) - Math.max(pixel, to * scale));
  const [sx, sy] = [from.width / width, from.height / height];
  const values: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < from.channels; c++) {
        let sum = 0;
        for (let v = Math.floor(y * sy); v < Math.min(from.height, Math.ceil((y + 1) * sy) + 1); v++)
          for (let u = Math.floor(x * sx); u < Math.min(from.width, Math.ceil((x + 1) * sx) + 1); u++) {
            const value = from.data[(v * from.width + u) * from.channels + c] ?? NaN;
            sum += value * overlap(u, x, sx) * overlap(v, y, sy);
          }
        values.push(sum / (sx * sy));
      }
  return values;
}

describe('a picture that is larger than the input', () => {
  let library: ReturnType<typeof buildFakeLibrary>;
  beforeAll(() => {
    library = buildFakeLibrary();
  });
  afterAll(() => {
    library.remove();
  });

  async function echo(input: InputPicture, width: number, height: number): Promise<Uint8Array> {
    const { path } = library;
    const artifact = `/model/uint8_1x${height}x${width}x${input.channels}`;
    const options = { runtime: 'dlr', deviceType: 1, deviceId: 0, threads: 1 } as const;
    const model = await loadBinding().Model.load({ library: path, path: artifact, ...options });
    try {
      const normalization = input.channels === 1 ? grey : asItIs;
      const [output] = await model.run({ picture: input, normalization });
      return output?.data as Uint8Array;
    } finally {
      await model.dispose();
    }
  }
  const reduce = (input: InputPicture, width: number, height: number) =>
    echo({ ...input, reduceTo: { width, height } }, width, height);

  it.each<[number, number, number, number, 1 | 3]>([
    [360, 360, 224, 224, 3],
    [37, 23, 36, 22, 3],
    [37, 23, 5, 19, 1],
    [640, 7, 11, 3, 3],
    [9, 40, 9, 7, 3],
    [40, 9, 1, 1, 1],
    [64, 48, 16, 8, 3],
  ])('of %i x %i becomes the means of what each of %i x %i pixels covers', async (w, h, width, height, c) => {
    const input = picture(w, h, c);
    const got = await reduce(input, width, height);
    const exact = means(input, width, height);
    expect(got).toHaveLength(exact.length);
    // Half a level, and what float32 adds to it.
    expect(exact.filter((value, i) => !(Math.abs(value - (got[i] ?? NaN)) < 0.5001))).toEqual([]);
  });

  it('keeps white white and black black', async () => {
    const white = picture(361, 359);
    white.data.fill(255);
    expect((await reduce(white, 224, 223)).every((value) => value === 255)).toBe(true);
    white.data.fill(0);
    expect((await reduce(white, 224, 223)).every((value) => value === 0)).toBe(true);
  });

  it.each([
    [360, 270, 224, 224],
    [400, 300, 224, 224],
    [640, 360, 416, 234],
    [301, 299, 300, 7],
    [720, 720, 224, 224],
  ])("of %i x %i in %i x %i is OpenCV's INTER_AREA, on x86-64 to the bit", async (w, h, width, height) => {
    const input = picture(w, h);
    const opencv = Picture.fromPixels(Buffer.from(input.data), w, h);
    try {
      const theirs = opencv.resized({ x: 0, y: 0, width: w, height: h }, width, height, 'area').data;
      const ours = await reduce(input, width, height);
      // OpenCV's code for ARM rounds otherwise within a sum: some values are one level away there.
      const allowed = process.arch === 'x64' ? 0 : 1;
      expect(ours).toHaveLength(theirs.length);
      expect(ours.filter((value, i) => !(Math.abs(value - (theirs[i] ?? NaN)) <= allowed))).toHaveLength(0);
    } finally {
      opencv.release();
    }
  });

  it('leaves the pixels of the caller as they are', async () => {
    const input = picture(36, 24);
    await reduce(input, 10, 10);
    expect(input.data).toEqual(picture(36, 24).data);
  });

  it('is refused where its size is no size of memory', async () => {
    const huge = { data: new Uint8Array(0), width: 2 ** 32, height: 2 ** 32, channels: 1 } as const;
    await expect(reduce(huge, 4, 4)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { input: 'picture', received: '[4294967296, 4294967296, 1]' },
    });
  });

  it.each<[string, unknown, object]>([
    [
      'a size that is larger',
      { width: 37, height: 10 },
      { input: 'picture.reduceTo.width', expected: 'at most 36', received: '37' },
    ],
    [
      'no height',
      { width: 10 },
      { input: 'picture.reduceTo.height', expected: 'integer of at least 1', received: 'undefined' },
    ],
    ['no size', 7, { input: 'picture.reduceTo', expected: 'object', received: 'number 7' }],
    [
      "another size than the input's",
      { width: 10, height: 9 },
      { input: 'picture', expected: 'uint8 [1, 10, 10, 3]', received: '[1, 9, 10, 3]' },
    ],
  ])('is refused with %s', async (_, reduceTo, details) => {
    const input = { ...picture(36, 24), reduceTo } as InputPicture;
    await expect(echo(input, 10, 10)).rejects.toMatchObject({ code: 'INPUT_INVALID', details });
  });
});
