/** What is normal, learnt from vectors of features. */
export interface Normality {
  readonly mean: number[];
  readonly std: number[];
  /** `[F, F]`, row-major: normalised features times it have the covariance 1. */
  readonly whitening: number[];
}

/** Weight of the identity in the covariance: steadies directions in which normal data hardly moves (Ledoit and Wolf's idea). */
const shrinkage = 0.02;
/** Least deviation: a channel that stood still while it was watched must not make every later movement infinite. */
const leastStd = 1e-9;

/**
 * Mean, deviation and whitening of the rows: the inverse of the Cholesky factor of their covariance, transposed.
 * @param clip to which normalised values are cut
 */
export function learnNormality(rows: readonly Float64Array[], clip: number): Normality {
  const size = rows[0]?.length ?? 0;
  const mean = columns(size, (column) => average(rows, (row) => row[column] ?? NaN));
  const std = columns(size, (column) => {
    const variance = average(rows, (row) => ((row[column] ?? NaN) - (mean[column] ?? NaN)) ** 2);
    return Math.sqrt(variance) + leastStd;
  });
  const normal = rows.map((row) =>
    row.map((value, i) => Math.max(-clip, Math.min(clip, (value - (mean[i] ?? NaN)) / (std[i] ?? NaN)))),
  );
  const centre = columns(size, (column) => average(normal, (row) => row[column] ?? NaN));
  const covariance = columns(size, (i) =>
    columns(size, (j) => {
      const shared = average(
        normal,
        (row) => ((row[i] ?? NaN) - (centre[i] ?? NaN)) * ((row[j] ?? NaN) - (centre[j] ?? NaN)),
      );
      const unbiased = (shared * rows.length) / (rows.length - 1);
      return (1 - shrinkage) * unbiased + (i === j ? shrinkage : 0);
    }),
  );
  const inverse = invertLower(cholesky(covariance));
  const whitening = columns(size * size, (place) => inverse[place % size]?.[Math.floor(place / size)] ?? 0);
  return { mean, std, whitening };
}

const columns = <T>(size: number, value: (index: number) => T): T[] =>
  Array.from({ length: size }, (_, i) => value(i));

function average(rows: readonly Float64Array[], value: (row: Float64Array) => number): number {
  let sum = 0;
  for (const row of rows) sum += value(row);
  return sum / rows.length;
}

/** Lower triangular L with L·Lᵀ = the matrix, which is symmetric and positive definite. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [i, row] of lower.entries()) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]?.[j] ?? NaN;
      for (let k = 0; k < j; k++) rest -= (row[k] ?? NaN) * (lower[j]?.[k] ?? NaN);
      row[j] = i === j ? Math.sqrt(rest) : rest / (lower[j]?.[j] ?? NaN);
    }
  }
  return lower;
}

/** Column by column, by forward substitution. */
function invertLower(lower: readonly (readonly number[])[]): number[][] {
  const inverse = lower.map((row) => row.map(() => 0));
  for (let column = 0; column < lower.length; column++) {
    for (let i = column; i < lower.length; i++) {
      let rest = i === column ? 1 : 0;
      for (let k = column; k < i; k++) rest -= (lower[i]?.[k] ?? NaN) * (inverse[k]?.[column] ?? NaN);
      (inverse[i] as number[])[column] = rest / (lower[i]?.[i] ?? NaN);
    }
  }
  return inverse;
}
