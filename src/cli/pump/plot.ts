/** The score of one window. */
export interface ScorePoint {
  readonly time: Date;
  readonly score: number;
  readonly anomalous: boolean;
}

export interface PlotOptions {
  readonly title: string;
  readonly threshold: number;
  readonly alarms: readonly Date[];
  /** When the fault begins, as the simulation knows it. */
  readonly faultAt: Date;
}

const size = { width: 900, height: 360, left: 60, right: 20, top: 40, bottom: 40 };

/** The scores over time as SVG, on a logarithmic scale: threshold, anomalous stretches, alarms, and the fault of the simulation. */
export function plotScores(points: readonly ScorePoint[], options: PlotOptions): string {
  const { left, right, top, bottom, width, height } = size;
  const times = points.map(({ time }) => time.getTime());
  const [start, end] = [Math.min(...times), Math.max(...times, Math.min(...times) + 1)];
  const scores = [...points.map(({ score }) => score), options.threshold].filter((score) => score > 0);
  const low = Math.log10(Math.min(...scores) / 1.3);
  const high = Math.log10(Math.max(...scores) * 1.3);
  const x = (time: Date) => fixed(left + ((time.getTime() - start) / (end - start)) * (width - left - right));
  const y = (score: number) =>
    fixed(height - bottom - ((Math.log10(score) - low) / (high - low)) * (height - top - bottom));
  const line = points.map(({ time, score }) => `${x(time)},${y(score)}`).join(' ');
  const marks = points
    .filter(({ anomalous }) => anomalous)
    .map(({ time, score }) => `<circle cx="${x(time)}" cy="${y(score)}" r="2.5" fill="#c0392b"/>`);
  const vertical = (time: Date, colour: string, text: string) =>
    `<line x1="${x(time)}" x2="${x(time)}" y1="${top}" y2="${height - bottom}" stroke="${colour}" stroke-dasharray="4 3"/>` +
    `<text x="${Number(x(time)) + 4}" y="${top + 12}" fill="${colour}">${text}</text>`;
  const seconds = [0, 0.25, 0.5, 0.75, 1].map((part) => new Date(start + part * (end - start)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${left}" y="22" font-size="15">${options.title}</text>`,
    `<line x1="${left}" x2="${width - right}" y1="${y(options.threshold)}" y2="${y(options.threshold)}" stroke="#e67e22"/>`,
    `<text x="${left + 4}" y="${Number(y(options.threshold)) - 5}" fill="#e67e22">threshold ${options.threshold.toFixed(2)}</text>`,
    ...(options.faultAt.getTime() <= end ? [vertical(options.faultAt, '#7f8c8d', 'fault begins')] : []),
    ...options.alarms.map((time) => vertical(time, '#c0392b', 'alarm')),
    `<polyline points="${line}" fill="none" stroke="#2c3e50" stroke-width="1.5"/>`,
    ...marks,
    ...seconds.map(
      (time) =>
        `<text x="${x(time)}" y="${height - 14}" text-anchor="middle">${time.toISOString().slice(11, 19)}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

const fixed = (value: number): string => value.toFixed(1);
