import { RunningMedian, type MedianLength } from './running-median.js';

/** The values of one channel of a window, with their running median where one is asked for. All memory is taken once. */
export class Column {
  readonly #place: number;
  readonly #width: number;
  readonly #buffer: Float64Array;
  readonly #median: RunningMedian | undefined;
  #values: Float64Array;

  /** @param place of the channel in a row @param width channels of a row @param capacity most rows of a window */
  constructor(place: number, width: number, capacity: number, medianOf?: MedianLength) {
    this.#place = place;
    this.#width = width;
    this.#buffer = new Float64Array(capacity);
    this.#values = this.#buffer.subarray(0, 0);
    this.#median = medianOf && new RunningMedian(capacity, medianOf);
  }

  /** What the last `gather` took, oldest first. */
  get values(): Float64Array {
    return this.#values;
  }

  /** @param samples row-major, `[rows, width]` */
  gather(samples: Float64Array): void {
    const rows = samples.length / this.#width;
    for (let row = 0; row < rows; row++) this.#buffer[row] = samples[row * this.#width + this.#place] ?? NaN;
    const values = this.#buffer.subarray(0, rows);
    this.#values = this.#median?.filter(values) ?? values;
  }
}
