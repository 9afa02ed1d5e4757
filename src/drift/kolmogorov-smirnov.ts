/** How far two samples are apart, and how likely chance alone would put them as far. */
export interface Distance {
  /** Greatest difference of the two empirical distribution functions, 0..1. */
  readonly distance: number;
  /** 0..1 */
  readonly probability: number;
}

/**
 * Two-sample Kolmogorov-Smirnov test. The probability is asymptotic, Q((√n + 0.12 + 0.11/√n) D) with n = n₁n₂/(n₁+n₂) and
 * Q(x) = 2 Σ (-1)^(k-1) exp(-2k²x²).
 * Source: M. A. Stephens, Journal of the Royal Statistical Society B 32 (1970) 115-122.
 * @param a neither may be empty; in any order
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): Distance {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, distance] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] ?? Infinity, y[j] ?? Infinity);
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  const root = Math.sqrt((x.length * y.length) / (x.length + y.length));
  return { distance, probability: kolmogorovTail((root + 0.12 + 0.11 / root) * distance) };
}

/** P(K > x) of the Kolmogorov distribution. */
export function kolmogorovTail(x: number): number {
  // Below, the series converges slowly and the probability is 1 to seven digits.
  if (x < 0.27) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
