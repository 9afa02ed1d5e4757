import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engines/native/binding.js';
import type { DType, Normalization, PixelBuffer, TensorData } from '../../src/types.js';
import { buildFakeLibrary } from './fake-library.js';
import { toTypedArray } from './fixtures.js';

const [WIDTH, HEIGHT] = [37, 23]; // no multiple of any vector

/** A picture with all values of a byte, in no order that hides a mistake. */
const picture = (channels: 1 | 3): PixelBuffer => ({
  data: Uint8Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => (i * 167 + (i >> 8)) & 255),
  width: WIDTH,
  height: HEIGHT,
  channels,
});

/** float32 arithmetic as numpy does it: `(pixels.astype('float32') - mean) / std`, both float32. */
function expected(
  { data, channels }: PixelBuffer,
  { mean, std, colorOrder, layout }: Normalization,
): number[] {
  const { fround } = Math;
  const source = channels === 1 ? [0, 0, 0] : colorOrder === 'RGB' ? [2, 1, 0] : [0, 1, 2];
  const count = WIDTH * HEIGHT;
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    for (const [c, m] of mean.entries()) {
      const value = fround(
        fround((data[i * channels + (source[c] ?? 0)] ?? NaN) - fround(m)) / fround(std[c] ?? NaN),
      );
      values[layout === 'NCHW' ? c * count + i : i * mean.length + c] = value;
    }
  }
  return values;
}

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const limits: Partial<Record<DType, [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 53), 2 ** 53],
  uint64: [0, 2 ** 53],
};

function inType(values: readonly number[], dtype: DType): TensorData {
  const [min, max] = limits[dtype] ?? [-Infinity, Infinity];
  return toTypedArray(
    dtype,
    limits[dtype] ? values.map((value) => Math.min(max, Math.max(min, roundHalfToEven(value)))) : values,
  );
}

/** The value of IEEE 754 binary16 bits. */
function fromFloat16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? NaN
          : Infinity
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const imageNet = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

describe('the conversion of a picture', () => {
  let library: ReturnType<typeof buildFakeLibrary>;
  beforeAll(() => {
    library = buildFakeLibrary();
  });
  afterAll(() => {
    library.remove();
  });

  async function convert(
    dtype: DType,
    input: PixelBuffer,
    normalization: Normalization,
  ): Promise<TensorData> {
    const channels = normalization.mean.length;
    const shape =
      normalization.layout === 'NCHW' ? [1, channels, HEIGHT, WIDTH] : [1, HEIGHT, WIDTH, channels];
    const path = `/model/${dtype}_${shape.join('x')}`;
    const model = await loadBinding().Model.load({
      library: library.path,
      path,
      runtime: 'dlr',
      deviceType: 1,
      deviceId: 0,
      threads: 1,
    });
    const [echo] = await model.run({ picture: input, normalization });
    await model.dispose();
    expect(echo).toMatchObject({ dtype, shape });
    return echo?.data ?? new Uint8Array();
  }

  const layouts = ['NCHW', 'NHWC'] as const;
  it.each(
    layouts.flatMap((layout) => (['RGB', 'BGR'] as const).map((colorOrder) => [layout, colorOrder] as const)),
  )('gives the bits of numpy in float32, %s %s', async (layout, colorOrder) => {
    const normalization = { ...imageNet, layout, colorOrder };
    expect(await convert('float32', picture(3), normalization)).toEqual(
      Float32Array.from(expected(picture(3), normalization)),
    );
  });

  it.each(layouts)('takes a grey picture, %s', async (layout) => {
    const grey = { mean: [127.5], std: [127.5], colorOrder: 'GRAY', layout } as const;
    expect(await convert('float32', picture(1), grey)).toEqual(Float32Array.from(expected(picture(1), grey)));
    const repeated = { ...imageNet, colorOrder: 'RGB', layout } as const;
    expect(await convert('float32', picture(1), repeated)).toEqual(
      Float32Array.from(expected(picture(1), repeated)),
    );
  });

  it.each(['float64', ...Object.keys(limits)] as DType[])(
    'rounds half to even and saturates in %s',
    async (dtype) => {
      for (const [mean, std] of [
        [0, 1],
        [127, 2],
        [128, 0.1],
        [-3, -0.001],
      ] as const) {
        const normalization = {
          mean: [mean, mean, mean],
          std: [std, std, std],
          colorOrder: 'BGR',
          layout: 'NHWC',
        } as const;
        expect(await convert(dtype, picture(3), normalization)).toEqual(
          inType(expected(picture(3), normalization), dtype),
        );
      }
    },
  );

  it('gives the nearest float16', async () => {
    // Down to subnormal numbers and up to infinity.
    for (const std of [58.395, 2 ** 22, 0.001]) {
      const normalization = {
        mean: [100.5, 0, -7],
        std: [std, std, std],
        colorOrder: 'RGB',
        layout: 'NCHW',
      } as const;
      const exact = expected(picture(3), normalization);
      const bits = (await convert('float16', picture(3), normalization)) as Uint16Array;
      for (const [i, value] of exact.entries()) {
        const got = bits[i] ?? NaN;
        if (Math.abs(value) >= 65520) {
          expect(fromFloat16(got)).toBe(Math.sign(value) * Infinity);
          continue;
        }
        const error = Math.abs(fromFloat16(got) - value);
        const neighbours = [got - 1, got + 1].map((other) => Math.abs(fromFloat16(other & 0xffff) - value));
        for (const other of neighbours) {
          if (!Number.isNaN(other)) expect(error).toBeLessThanOrEqual(other);
        }
      }
    }
  });

  it('leaves the picture as it is', async () => {
    const input = picture(3);
    await convert('float32', input, { ...imageNet, colorOrder: 'RGB', layout: 'NCHW' });
    expect(input.data).toEqual(picture(3).data);
  });
});
