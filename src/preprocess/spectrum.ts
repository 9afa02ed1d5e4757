import FFT from 'fft.js';

/**
 * Power spectral density of a window, one-sided: scipy.signal.periodogram(x, rateHz, window='hann', nfft=size, detrend='constant'),
 * where size is the next power of two (the window is padded with zeros).
 */
export class Spectrum {
  readonly #fft: FFT;
  readonly #taper: Float64Array;
  readonly #padded: number[];
  readonly #complex: number[];
  readonly #density: Float64Array;
  readonly #binHz: number;
  readonly #scale: number;

  constructor(samples: number, rateHz: number) {
    const size = 2 ** Math.max(1, Math.ceil(Math.log2(samples)));
    this.#fft = new FFT(size);
    // Periodic, as scipy.signal.get_window makes it.
    this.#taper = Float64Array.from(
      { length: samples },
      (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / samples),
    );
    this.#padded = new Array<number>(size).fill(0);
    this.#complex = new Array<number>(2 * size).fill(0);
    this.#density = new Float64Array(size / 2 + 1);
    this.#binHz = rateHz / size;
    this.#scale = 1 / (rateHz * this.#taper.reduce((sum, value) => sum + value * value, 0));
  }

  /** @param values as many as the window has samples */
  transform(values: Float64Array): void {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const [n, value] of values.entries()) this.#padded[n] = (value - mean) * (this.#taper[n] ?? 0);
    this.#fft.realTransform(this.#complex, this.#padded);
    const last = this.#density.length - 1;
    for (let bin = 0; bin <= last; bin++) {
      const real = this.#complex[2 * bin] ?? 0;
      const imaginary = this.#complex[2 * bin + 1] ?? 0;
      // The negative frequencies are folded onto the positive ones; 0 and half the rate have no counterpart.
      const sides = bin === 0 || bin === last ? 1 : 2;
      this.#density[bin] = sides * this.#scale * (real * real + imaginary * imaginary);
    }
  }

  /** Mean square of what lies in fromHz <= f < toHz; the last bin belongs to a band that ends at half the rate. */
  energy(fromHz: number, toHz: number): number {
    const last = this.#density.length - 1;
    const first = Math.ceil(fromHz / this.#binHz);
    const end = toHz >= last * this.#binHz ? last + 1 : Math.ceil(toHz / this.#binHz);
    let sum = 0;
    for (let bin = first; bin < end; bin++) sum += this.#density[bin] ?? 0;
    return sum * this.#binHz;
  }
}
