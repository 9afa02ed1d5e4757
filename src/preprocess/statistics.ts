import type { FeatureSpec } from '../config/sample-input.js';

/** Central moments of a series: its mean, and the means of the second and fourth power of the distance from it. */
export interface Moments {
  readonly mean: number;
  readonly second: number;
  readonly fourth: number;
}

/** In two passes: the sum of squares in one pass loses all digits where the mean is large beside the deviation. */
export function momentsOf(values: Float64Array): Moments {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let second = 0;
  let fourth = 0;
  for (const value of values) {
    const square = (value - mean) ** 2;
    second += square;
    fourth += square * square;
  }
  return { mean, second: second / values.length, fourth: fourth / values.length };
}

type Statistic = (values: Float64Array, moments: Moments) => number;

const extreme = (values: Float64Array, better: (a: number, b: number) => number): number => {
  let result = values[0] ?? NaN;
  for (const value of values) result = better(result, value);
  return result;
};
const max: Statistic = (values) => extreme(values, Math.max);
const min: Statistic = (values) => extreme(values, Math.min);

/** Root mean square: `sqrt(mean(x²))`, from the moments as `sqrt(mean² + variance)`. */
const rms: Statistic = (_, { mean, second }) => Math.sqrt(mean * mean + second);

/** Kurtosis of a series that does not move has no value; that of a normal distribution says "nothing special". */
const normalKurtosis = 3;

/** By the names of the manifest. n = number of values; formulas as in numpy and scipy.stats. */
export const statistics: Readonly<Record<Exclude<FeatureSpec['type'], 'bandEnergy'>, Statistic>> = {
  mean: (_, { mean }) => mean,
  rms,
  /** Standard deviation of the window itself: divided by n (numpy.std). */
  std: (_, { second }) => Math.sqrt(second),
  min,
  max,
  peakToPeak: (values, moments) => max(values, moments) - min(values, moments),
  /** Pearson's: m4 / m2² (scipy.stats.kurtosis with fisher=False); impacts of a bearing raise it above 3. */
  kurtosis: (_, { mean, second, fourth }) =>
    second <= (mean * 1e-12) ** 2 ? normalKurtosis : fourth / second ** 2,
  /** Largest absolute value by root mean square (ISO 13373-1); 1 for a square wave, 1.41 for a sine; 0 where all is 0. */
  crestFactor: (values, moments) => {
    const root = rms(values, moments);
    return root === 0 ? 0 : Math.max(max(values, moments), -min(values, moments)) / root;
  },
  /** Slope of the least-squares line, by row: cov(i, x) / var(i), where var(i) = (n² - 1) / 12. */
  slope: (values, { mean }) => {
    const centre = (values.length - 1) / 2;
    let covariance = 0;
    for (const [row, value] of values.entries()) covariance += (row - centre) * (value - mean);
    return (covariance / values.length) * (12 / (values.length ** 2 - 1));
  },
  last: (values) => values.at(-1) ?? NaN,
};
