import type { Tensor } from './types.js';

/** The elements of a tensor as numbers, row-major; float16 from its bits. 64-bit integers lose what a double cannot hold. */
export function valuesOf({ dtype, data }: Tensor): Float64Array {
  if (dtype === 'float16') return Float64Array.from(data as Uint16Array, fromFloat16);
  // Float64Array.from has no overload for a union of typed arrays of numbers and of bigints.
  return Float64Array.from(data as Iterable<number | bigint> as Iterable<number>, Number);
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
