/** Rows at the beginning that are not scored. @param {number} rows of the file */
export const probationRows = (rows) => Math.floor(0.15 * Math.min(rows, 5000));

/**
 * Score of one file by the Numenta Anomaly Benchmark's standard profile (Lavin and Ahmad 2015; NAB's scorer.py): a found window
 * earns up to 1, the earlier the more; a window that is missed costs 1; a false alarm costs up to 0.11, the farther from a window
 * before it the more. Scaled so that 0 is a detector that finds nothing and 100 a perfect one.
 * @param {number[]} times of all rows, Unix ms @param {number[][]} windows [from, to] @param {number[]} detections Unix ms
 */
export function nabScore(times, windows, detections) {
  const probation = probationRows(times.length);
  const falsePositive = 0.11;
  const sigmoid = (y) => (y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1);
  const row = (time) => times.findIndex((one) => one >= time);
  const ranges = windows.map(([from, to]) => [row(from), times.findLastIndex((one) => one <= to)]);
  const rows = detections.map(row).filter((index) => index >= probation);
  let score = 0;
  for (const [from, to] of ranges) {
    const first = rows.find((index) => index >= from && index <= to);
    // From -1 at the left end of the window to 0 at its right end, scaled to 1 at the left.
    score += first === undefined ? -1 : sigmoid(-(to - first + 1) / (to - from + 1)) / sigmoid(-1);
  }
  for (const index of rows.filter((one) => !ranges.some(([from, to]) => one >= from && one <= to))) {
    const before = ranges.filter(([, to]) => to < index).at(-1);
    const width = before ? before[1] - before[0] + 1 : 0;
    score += falsePositive * (before ? sigmoid((index - before[1]) / (width - 1)) : -1);
  }
  const [none, perfect] = [-windows.length, windows.length];
  return Number(((100 * (score - none)) / (perfect - none)).toFixed(1));
}
