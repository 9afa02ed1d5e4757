/** @typedef {import('./row.mjs').Row} Row */

const HEADERS = ['subject', 'peer', 'unit', 'median', 'p95', 'peer median', 'ratio'];

/**
 * Rows in columns, numbers to the right. What is not there is a dash.
 * @param {readonly Row[]} rows of one case
 * @returns {string} without a line feed at the end
 */
export function tableOf(rows) {
  const cells = rows.map((row) => [
    row.subject,
    row.peer ?? '-',
    row.unit,
    ...[row.median, row.p95, row.peerMedian].map(shown),
    row.ratio === null ? '-' : row.ratio.toFixed(3),
  ]);
  const widths = HEADERS.map((header, column) =>
    Math.max(header.length, ...cells.map((line) => line[column].length)),
  );
  const isNumber = (column) => column >= 3;
  return [HEADERS, ...cells]
    .map((line) =>
      line.map((cell, column) =>
        isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      ),
    )
    .map((line) => `  ${line.join('  ')}`.trimEnd())
    .join('\n');
}

/** Three digits below 100, as many as a reader can use. @param {number | null} value */
function shown(value) {
  if (value === null) return '-';
  return value.toFixed(Math.abs(value) < 100 ? 3 : 1);
}
