/** Odd, so that the median is one of the values. */
export type MedianLength = 3 | 5;

/**
 * The running median of a series: each value becomes the median of the `length` values around it, at both ends of the nearest so
 * many. A value that is wrong alone leaves no trace, also where it is the newest. The result is overwritten by the next call.
 */
export class RunningMedian {
  readonly #length: MedianLength;
  readonly #result: Float64Array;
  readonly #sorted: Float64Array;

  /** @param capacity most values of a series */
  constructor(capacity: number, length: MedianLength) {
    this.#length = length;
    this.#result = new Float64Array(capacity);
    this.#sorted = new Float64Array(length);
  }

  /** @returns as many values; a series shorter than the length comes back as it is */
  filter(values: Float64Array): Float64Array {
    if (values.length < this.#length) return values;
    const half = (this.#length - 1) / 2;
    const lastStart = values.length - this.#length;
    for (let index = 0; index < values.length; index++) {
      const start = Math.max(0, Math.min(lastStart, index - half));
      this.#sorted.set(values.subarray(start, start + this.#length));
      this.#result[index] = this.#sorted.sort()[half] ?? NaN;
    }
    return this.#result.subarray(0, values.length);
  }
}
