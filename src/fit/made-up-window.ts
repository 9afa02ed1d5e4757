import type { SampleFrame } from '../types.js';

/** Rows of a swing: slow, so that features of what moves fast find little of it. */
const swingRows = 24;
/** Of the variance, what is noise and no swing: features of what moves fast expect some. */
const noiseShare = 0.05;

/**
 * A window that nobody measured and that a model fitted on these finds normal: each channel swings, with a little noise, and has the
 * mean and the standard deviation that it has within a window on the average. The same windows give the same one.
 */
export function madeUpWindow(windows: readonly SampleFrame[]): SampleFrame {
  const [first] = windows;
  if (!first) throw new Error('there are no windows');
  const width = first.channels.length;
  const samples = new Float64Array(first.samples.length);
  for (let channel = 0; channel < width; channel++) {
    const wanted = windows.map((window) => meanAndStd(columnOf(window, channel)));
    const mean = averageOf(wanted.map((one) => one.mean));
    const std = averageOf(wanted.map((one) => one.std));
    const shape = Array.from({ length: first.count }, (_, row) => noisySwing(row, channel));
    const made = meanAndStd(shape);
    for (const [row, value] of shape.entries()) {
      const scaled = mean + (std * (value - made.mean)) / made.std;
      samples[row * width + channel] = Number(scaled.toPrecision(6));
    }
  }
  return { ...first, samples };
}

/** With about variance 1, and another phase and noise in each channel. */
function noisySwing(row: number, channel: number): number {
  const swing = Math.SQRT2 * Math.sin((2 * Math.PI * row) / swingRows + channel);
  return Math.sqrt(1 - noiseShare) * swing + Math.sqrt(noiseShare) * noise(row, channel);
}

/** Of variance 1, uniform: Weyl's sequence of n² times the golden ratio looks random and needs no state. */
function noise(row: number, channel: number): number {
  const n = row + 1000 * channel;
  return Math.sqrt(12) * ((((n * n * (Math.sqrt(5) - 1)) / 2) % 1) - 0.5);
}

const columnOf = (window: SampleFrame, channel: number): number[] =>
  Array.from(
    { length: window.count },
    (_, row) => window.samples[row * window.channels.length + channel] ?? NaN,
  );

const averageOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function meanAndStd(values: readonly number[]): { mean: number; std: number } {
  const mean = averageOf(values);
  return { mean, std: Math.sqrt(averageOf(values.map((value) => (value - mean) ** 2))) };
}
