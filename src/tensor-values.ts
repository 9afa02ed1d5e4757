import type { DType, Tensor, TensorData } from './types.js';

/** Elements that are plain numbers. */
export type Numbers = Exclude<TensorData, BigInt64Array | BigUint64Array>;

/**
 * The elements of a tensor as numbers, row-major; those that are numbers already are not copied. float16 is read from its bits;
 * 64-bit integers lose what a double cannot hold.
 */
export function valuesOf({ dtype, data }: Tensor): Numbers {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float64Array.from(data as Iterable<bigint> as Iterable<number>, Number);
  return dtype === 'float16' ? Float32Array.from(data, fromFloat16) : data;
}

/** The number that the bits of an IEEE 754 binary16 stand for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of an IEEE 754 binary16 for a number, rounded half to even; too large becomes infinity. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The step between neighbours: 2^-24 below 2^-14, then 2^(exponent - 10).
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1)));
  const steps = roundHalfEven(size / 2 ** (exponent - 10));
  return sign | (size < 2 ** -14 ? roundHalfEven(size * 2 ** 24) : ((exponent + 14) << 10) + steps);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** A tensor of numbers; where `data` is one number, all elements are it. */
export function tensorOf(dtype: DType, shape: readonly number[], data: readonly number[]): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  const values = data.length === 1 ? Array<number>(length).fill(data[0] ?? 0) : data;
  return { dtype, shape, data: arrayOf(dtype, values) };
}

function arrayOf(dtype: DType, values: readonly number[]): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
      return Uint16Array.from(values);
    case 'float16':
      return Uint16Array.from(values, toFloat16);
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'uint64':
      return BigUint64Array.from(values, BigInt);
  }
}
