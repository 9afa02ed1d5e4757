import { tensorOf } from '../tensor-values.js';
import type { PixelBuffer, Tensor, TensorInfo } from '../types.js';

/** The same every time, and no constant: runtimes are faster on zeros. (Numerical Recipes' generator, modulo 2^32.) */
function* noise(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

export function noisePicture(width: number, height: number, channels: 1 | 3): PixelBuffer {
  const values = noise();
  const data = Uint8Array.from({ length: width * height * channels }, () => values.next().value * 256);
  return { data, width, height, channels };
}

/** Something to run a model on of which only the inputs are known: free dimensions are 1, whole numbers 0 or 1. */
export function noiseFor(inputs: readonly TensorInfo[]): Record<string, Tensor> {
  const values = noise();
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }) => {
      const whole = shape.map((size) => (size < 0 ? 1 : size));
      const length = whole.reduce((a, b) => a * b, 1);
      const next = dtype.startsWith('float')
        ? () => values.next().value
        : () => Math.round(values.next().value);
      return [name, tensorOf(dtype, whole, Array.from({ length }, next))];
    }),
  );
}
