import { describe, expect, it } from 'vitest';
import { Picture } from '../../src/opencv.js';
import { createPreprocessor, toFrame, type ResizeMode } from '../../src/preprocess/index.js';
import type { PreprocessConfig } from '../../src/config/preprocess.js';
import type { PixelBuffer } from '../../src/types.js';

/** A picture of 8 x 4 pixels: blue in the left half, red in the right half. */
function halves(): Picture {
  const pixels = Buffer.alloc(8 * 4 * 3);
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 8; x++) pixels.set(x < 4 ? [255, 0, 0] : [0, 0, 255], (y * 8 + x) * 3);
  return Picture.fromPixels(pixels, 8, 4);
}

function process(
  mode: ResizeMode,
  config: PreprocessConfig = {},
  size = { width: 4, height: 4 },
  grey = false,
) {
  const picture = halves();
  const resize = { mode, interpolation: 'area', padValue: 114, align: 'center' } as const;
  try {
    const frame = { kind: 'picture', id: 1, capturedAt: new Date(), width: 8, height: 4, picture } as const;
    return createPreprocessor({ ...size, grey, resize }, config).process(frame);
  } finally {
    picture.release();
  }
}

const pixel = ({ data, width }: PixelBuffer, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const blue = [255, 0, 0];
const red = [0, 0, 255];
const grey = [114, 114, 114];

describe('the picture preprocessor', () => {
  it('stretches the whole frame', () => {
    const { pixels } = process('stretch');
    expect(pixels).toMatchObject({ width: 4, height: 4, channels: 3 });
    expect(pixels.data).toHaveLength(48);
    expect([0, 1, 2, 3].map((x) => pixel(pixels, x, 0))).toEqual([blue, blue, red, red]);
  });

  it('crops the centre in the aspect of the model', () => {
    const { pixels, geometry } = process('crop');
    expect([0, 1, 2, 3].map((x) => pixel(pixels, x, 3))).toEqual([blue, blue, red, red]);
    expect(geometry.part).toEqual({ x: 0.25, y: 0, width: 0.5, height: 1 });
  });

  it('letterboxes with grey bars', () => {
    const { pixels, geometry } = process('letterbox');
    expect([0, 1, 2, 3].map((y) => pixel(pixels, 0, y))).toEqual([grey, blue, blue, grey]);
    expect(geometry.content).toEqual({ x: 0, y: 1, width: 4, height: 2 });
  });

  it('follows the configuration: a region of the frame, another way to resize', () => {
    const right = process('stretch', { region: [0.5, 0, 0.5, 1] });
    expect([0, 3].map((x) => pixel(right.pixels, x, 0))).toEqual([red, red]);
    expect(process('stretch', { crop: 'center' }).geometry.part.width).toBe(0.5);
    expect(process('stretch', { resize: 'letterbox' }).geometry.content.height).toBe(2);
  });

  it('leaves it to the engine to reduce by the area, where it may and that is not a matter of whole ratios', () => {
    const picture = halves();
    const frame = { kind: 'picture', id: 1, capturedAt: new Date(), width: 8, height: 4, picture } as const;
    const pixelsOf = (
      mode: ResizeMode,
      width: number,
      height: number,
      interpolation: 'area' | 'linear' = 'area',
    ) => {
      const resize = { mode, interpolation, padValue: 114, align: 'center' } as const;
      return createPreprocessor({ width, height, grey: false, resize }, {}, 'engine').process(frame).pixels;
    };
    try {
      const cropped = pixelsOf('crop', 3, 3);
      expect(cropped).toMatchObject({ width: 4, height: 4, reduceTo: { width: 3, height: 3 } });
      expect([0, 1, 2, 3].map((x) => pixel(cropped, x, 3))).toEqual([blue, blue, red, red]);
      expect(pixelsOf('stretch', 3, 3)).toMatchObject({
        width: 8,
        height: 4,
        reduceTo: { width: 3, height: 3 },
      });
      for (const ready of [
        pixelsOf('stretch', 4, 2),
        pixelsOf('stretch', 3, 3, 'linear'),
        pixelsOf('letterbox', 3, 3),
        pixelsOf('stretch', 9, 3),
      ])
        expect(ready).not.toHaveProperty('reduceTo');
    } finally {
      picture.release();
    }
  });

  it('gives the luminance (ITU-R BT.601) to a model of one channel', () => {
    const { pixels } = process('letterbox', {}, { width: 4, height: 4 }, true);
    expect(pixels).toMatchObject({ width: 4, height: 4, channels: 1 });
    const bar = [114, 114, 114, 114];
    expect([...pixels.data]).toEqual([...bar, 29, 29, 76, 76, 29, 29, 76, 76, ...bar]);
  });

  it('takes a picture that has the right size already as it is', () => {
    const { pixels } = process('stretch', {}, { width: 8, height: 4 });
    expect([0, 3, 4, 7].map((x) => pixel(pixels, x, 2))).toEqual([blue, blue, red, red]);
  });
});

it('boxes in the input are put back as fractions of the frame, whatever was cropped or padded', () => {
  const cropped = process('crop').geometry;
  expect(toFrame(cropped, [0, 0, 4, 4])).toEqual([0.25, 0, 0.5, 1]);
  const boxed = process('letterbox').geometry;
  expect(toFrame(boxed, [0, 1, 2, 3])).toEqual([0, 0, 0.5, 1]);
  // What lies in the bars is cut off.
  expect(toFrame(boxed, [-1, 0, 5, 4])).toEqual([0, 0, 1, 1]);
});

it('a picture that was released cannot be used', () => {
  const picture = halves();
  picture.release();
  picture.release();
  expect(() => picture.encodeJpeg(90)).toThrow('released');
});
