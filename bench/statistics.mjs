/**
 * A percentile with linear interpolation between the two nearest of the sorted samples, as numpy's default does.
 * @param {readonly number[]} samples at least one
 * @param {number} percent 0..100
 */
export function percentile(samples, percent) {
  if (samples.length === 0) throw new RangeError('A percentile needs at least one sample');
  const sorted = Float64Array.from(samples).sort();
  const position = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** @param {readonly number[]} samples at least one */
export const median = (samples) => percentile(samples, 50);
