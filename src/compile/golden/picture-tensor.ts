import type { DType, Normalization, PixelBuffer } from '../../types.js';

/**
 * The input tensor of a picture that has the model's size, as the addon makes it (native/picture.cc): `(value - mean) / std`; integers
 * are rounded and saturated.
 * @param picture grey, or BGR
 */
export function pictureTensor(picture: PixelBuffer, normalization: Normalization, dtype: DType): Buffer {
  const { mean, std, colorOrder, layout } = normalization;
  const { data, width, height, channels } = picture;
  const pixels = width * height;
  const values = new Float32Array(pixels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = colorOrder === 'RGB' ? channels - 1 - channel : channel;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = ((data[pixel * channels + from] ?? 0) - (mean[channel] ?? 0)) / (std[channel] ?? 1);
      values[layout === 'NCHW' ? channel * pixels + pixel : pixel * channels + channel] = value;
    }
  }
  return bytesOf(values, dtype);
}

/** Little-endian, as the compile programs read them. */
export function bytesOf(values: Float32Array, dtype: DType): Buffer {
  if (dtype === 'uint8')
    return Buffer.from(Uint8Array.from(values, (value) => clamp(halfToEven(value), 0, 255)).buffer);
  if (dtype === 'int8')
    return Buffer.from(Int8Array.from(values, (value) => clamp(halfToEven(value), -128, 127)).buffer);
  // float16 becomes what it is where the framework runs: numpy rounds as the addon does.
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

function halfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
