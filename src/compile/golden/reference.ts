import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { referenceSchema } from '../description.js';

type Output = z.output<typeof referenceSchema>['samples'][number]['outputs'][number];

/** An output of the source framework. */
export interface Expected {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Whether it counts in whole steps, as quantised models do. */
  readonly quantised: boolean;
}

/** @throws Error for a type that no runtime of ours gives out */
export async function readExpected({ dtype, shape, file }: Output): Promise<Expected> {
  const bytes = await readFile(file);
  const { buffer, byteOffset, byteLength } =
    bytes.buffer.byteLength === bytes.length ? bytes : Buffer.from(bytes);
  const part = buffer.slice(byteOffset, byteOffset + byteLength);
  const view = views[dtype as keyof typeof views] as
    ((part: ArrayBufferLike) => ArrayLike<number | bigint>) | undefined;
  if (!view) throw new Error(`an output has the type ${dtype}, which a golden sample cannot hold`);
  return {
    shape,
    // A float32 has no more digits; detectors have hundreds of thousands of outputs.
    data: Array.from(view(part), (value) => Number(Number(value).toPrecision(8))),
    quantised: dtype === 'uint8' || dtype === 'int8',
  };
}

const views = {
  float32: (part: ArrayBufferLike) => new Float32Array(part),
  float64: (part: ArrayBufferLike) => new Float64Array(part),
  int8: (part: ArrayBufferLike) => new Int8Array(part),
  uint8: (part: ArrayBufferLike) => new Uint8Array(part),
  int32: (part: ArrayBufferLike) => new Int32Array(part),
  int64: (part: ArrayBufferLike) => new BigInt64Array(part),
  bool: (part: ArrayBufferLike) => new Uint8Array(part),
};

/** Steps of a quantised output by which two runtimes may differ: they round at other places. */
const quantisedTolerance = 3;

/** Of the largest value of an output: about ten times what compilers, CPUs and threads differ by. */
const relativeTolerance = 2e-3;

/** The largest difference that is allowed for an output. */
export function toleranceOf({ data, quantised }: Expected): number {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const relative = Math.max(1e-4, relativeTolerance * largest);
  return quantised ? Math.max(quantisedTolerance, relative) : relative;
}
