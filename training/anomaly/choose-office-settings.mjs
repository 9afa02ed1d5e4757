/**
 * Chooses the settings of office-temperature on simulated rooms alone (office-room.mjs), by the rule in README.md:
 *   npm run build && node training/anomaly/choose-office-settings.mjs [rooms] > training/results/office-settings.json
 *
 * A room passes with both of its faults found and at most one false alarm. The settings with which most rooms pass are chosen; of
 * several those with fewer false alarms, then with more faults found, then the first in the order of the grid, the simplest. What
 * was chosen is measured again on as many other rooms.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fitModel, scoresOf } from '../../dist/fit/fit.js';
import { windowsOf } from '../../dist/fit/recording.js';
import { arithmetic } from './arithmetic.mjs';
import { csvSource } from './csv-source.mjs';
import { beginnings, judge, knownAt } from './episodes.mjs';
import { normalShare, roomCsv, simulateRoom } from './office-room.mjs';

const rooms = Number(process.argv[2] ?? 150);
const firstSeed = { choice: 1, control: 1001 };

const channel = 'value';
const day = { channel, lastSamples: 24 };
const week = { channel };
// What swings faster than a room's day: periods of two to eight hours.
const swing = { type: 'bandEnergy', channel, fromHz: 1 / (8 * 3600), toHz: 1 / (2 * 3600) };
const movement = [
  { type: 'slope', ...day },
  { type: 'slope', ...week },
  { type: 'std', ...day },
  { type: 'std', ...week },
];
const featureSets = {
  level: [
    { type: 'mean', ...day },
    { type: 'mean', ...week },
    { type: 'std', ...day },
    { type: 'std', ...week },
    { type: 'last', ...week },
  ],
  // Without the level, which moves with the season.
  trend: [...movement, { type: 'peakToPeak', ...day }],
  trendAndSwing: [...movement, swing],
  levelAndSwing: [
    { type: 'mean', ...day },
    { type: 'slope', ...week },
    { type: 'std', ...day },
    { type: 'std', ...week },
    swing,
  ],
};
/** Each from the simplest, or what the other packages have, to the most elaborate. */
const grid = {
  features: Object.keys(featureSets),
  // A gap of at most so long is bridged by a line; after a longer one the window of a week begins anew.
  maxGapHours: [192],
  // Rows of the running median before the features, against single wrong readings.
  medianOf: [null, 3, 5],
  margin: [1.5, 1.25, 2, 2.5, 3],
  clearRatio: [0.9, 0.7],
  raiseAfter: [3, 6, 12, 24, 36],
  clearAfter: [10, 24, 48, 72, 168],
};

const combinations = (axes) =>
  Object.entries(axes).reduce(
    (some, [key, values]) => some.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );

/** The shipped package's manifest with other features, fitted with the margin 1. */
function manifestWith({ input, ...shipped }, { features: name, maxGapHours, medianOf }) {
  const features = featureSets[name];
  const size = features.length;
  return {
    ...shipped,
    input: {
      ...input,
      shape: [1, size],
      window: { ...input.window, maxGapSeconds: maxGapHours * 3600 },
      features,
      medianOf: medianOf ?? undefined,
      mean: features.map(() => 0),
      std: features.map(() => 1),
    },
    constants: [
      {
        ...shipped.constants[0],
        shape: [size, size],
        data: Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
      },
    ],
    fit: { margin: 1, clearRatio: 1 },
  };
}

/** Counts of the rooms from a seed on, for each of the settings. */
async function measure(shipped, settings, seed) {
  const folder = await mkdtemp(path.join(tmpdir(), 'office-'));
  const counts = settings.map((one) => ({ settings: one, passed: 0, found: 0, falseAlarms: 0, byKind: {} }));
  const inputs = new Map();
  for (const count of counts) {
    const { features, maxGapHours, medianOf } = count.settings;
    const key = `${features} ${maxGapHours} ${medianOf}`;
    inputs.set(key, [...(inputs.get(key) ?? []), count]);
  }
  for (let room = seed; room < seed + rooms; room++) {
    const { rows, faults } = simulateRoom(room);
    const file = path.join(folder, 'room.csv');
    await writeFile(file, roomCsv(rows));
    const times = rows.map(({ timeMs }) => timeMs);
    const ranges = faults.map(({ fromMs, toMs }) => [fromMs, toMs]);
    const csv = csvSource(file, { timeField: 'timestamp', stepSeconds: 3600 });
    const windowsByGap = new Map();
    for (const part of inputs.values()) {
      const manifest = manifestWith(shipped, part[0].settings);
      const { maxGapHours } = part[0].settings;
      const windows = windowsByGap.get(maxGapHours) ?? (await windowsOf(manifest, csv));
      windowsByGap.set(maxGapHours, windows);
      const fittedUntil = times[Math.floor(normalShare * times.length)];
      const normal = windows.filter(({ to }) => to.getTime() < fittedUntil);
      const fitted = await fitModel(manifest, arithmetic, normal);
      const rest = windows.slice(normal.length);
      const scores = Float32Array.from(await scoresOf(fitted.manifest, arithmetic, rest));
      for (const count of part) {
        const { margin, clearRatio, raiseAfter, clearAfter } = count.settings;
        const threshold = fitted.threshold * margin;
        const spec = { threshold, clearThreshold: threshold * clearRatio, raiseAfter, clearAfter };
        const begun = beginnings(scores, spec).map((index) => knownAt(times, rest[index].to.getTime()));
        const { found, falseAlarms } = judge(begun, ranges);
        count.passed += found === ranges.length && falseAlarms <= 1 ? 1 : 0;
        count.found += found;
        count.falseAlarms += falseAlarms;
        for (const [index, { kind }] of faults.entries()) {
          const [hits, all] = count.byKind[kind] ?? [0, 0];
          count.byKind[kind] = [hits + judge(begun, [ranges[index]]).found, all + 1];
        }
      }
    }
    console.error(`room ${room}`);
  }
  await rm(folder, { recursive: true });
  return counts;
}

const manifestFile = new URL('../../models/office-temperature/model.json', import.meta.url);
const shipped = JSON.parse(await readFile(manifestFile, 'utf8'));
const counts = await measure(shipped, combinations(grid), firstSeed.choice);
// The sort is stable: what remains equal stays in the order of the grid.
const ranked = [...counts].sort(
  (a, b) => b.passed - a.passed || a.falseAlarms - b.falseAlarms || b.found - a.found,
);
const before = {
  features: 'level',
  maxGapHours: 192,
  medianOf: null,
  margin: 1.5,
  clearRatio: 0.9,
  raiseAfter: 3,
};
const earlier = [10, 168].map((clearAfter) =>
  counts.find(({ settings }) => JSON.stringify(settings) === JSON.stringify({ ...before, clearAfter })),
);
const compared = [ranked[0], ...earlier].map(({ settings }) => settings);
const [control, ...earlierControl] = await measure(shipped, compared, firstSeed.control);
const result = {
  rooms,
  faults: 2 * rooms,
  chosen: ranked[0],
  onOtherRooms: control,
  next: ranked.slice(1, 5),
  bestOfEachFeatures: grid.features.map((name) => ranked.find(({ settings }) => settings.features === name)),
  earlierSettings: earlier,
  earlierSettingsOnOtherRooms: earlierControl,
};
console.log(JSON.stringify(result, undefined, 2));
