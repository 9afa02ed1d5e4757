/**
 * The figures of the anomaly models, through the component's own code and DLR:
 *   npm run build && node training/anomaly/evaluate.mjs <folder with skab/ and nab/> [skab | nab]
 *
 * SKAB by its protocol: each file is fitted on its first 400 rows and tested on the rest; rows of all files are pooled. The
 * settings were chosen on the development files alone; the others were looked at once, afterwards.
 *
 * NAB's ambient temperature: nab.mjs, with settings that were chosen without it (choose-office-settings.mjs).
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createDecoder } from '../../dist/decode/index.js';
import { fitModel, scoresOf } from '../../dist/fit/fit.js';
import { windowsOf } from '../../dist/fit/recording.js';
import { openModel } from '../../dist/pipeline/load-model.js';
import { csvSource } from './csv-source.mjs';
import { nab } from './nab.mjs';

const root = process.argv[2] ?? process.env.MLI_TEST_DATA;
if (!root) throw new Error('name the folder with skab/ and nab/');
const only = process.argv[3];
const sensors = path.join(root, path.basename(root) === 'sensors' ? '.' : 'sensors');
const models = new URL('../../models/', import.meta.url).pathname;
const development = new Set([0, 4, 8, 12]);
const fitRows = 400;
const calibrateRows = 100;

const open = (name) =>
  openModel({
    model: { folder: path.join(models, name), allowUnpinned: true, runtime: 'dlr' },
    dlr: { threads: 1, device: 'cpu' },
  });

/** Whether the state is anomalous at each of the windows. */
async function statesOf(manifest, engine, windows) {
  const decoder = createDecoder(manifest.decoder, { model: '', labels: [], input: { width: 0, height: 0 } });
  const scores = await scoresOf(manifest, engine, windows);
  return scores.map(
    (score) =>
      decoder.decode([{ dtype: 'float32', shape: [1, 1], data: Float32Array.of(score) }], {})[0].label ===
      'anomaly',
  );
}

async function skab() {
  const { package: model, engine } = await open('water-pump');
  const { samples } = model.manifest.input.window;
  const counts = [];
  for (let index = 0; index < 16; index++) {
    const file = path.join(sensors, `skab/valve1/${index}.csv`);
    const config = csvSource(file, { separator: ';', timeField: 'datetime', stepSeconds: 1 });
    const windows = await windowsOf(model.manifest, config);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const column = lines[0].trim().split(';').indexOf('anomaly');
    const truth = lines.slice(1).map((line) => Number(line.split(';')[column]) > 0);
    // Window n ends at row samples - 1 + n.
    const normal = windows.slice(0, fitRows - samples + 1);
    const { manifest } = await fitModel(model.manifest, engine, normal, normal.length - calibrateRows);
    const states = await statesOf(manifest, engine, windows.slice(normal.length));
    const labels = truth.slice(fitRows);
    if (labels.length !== states.length)
      throw new Error(`${file}: ${states.length} states for ${labels.length} rows`);
    const count = { tp: 0, fp: 0, fn: 0, tn: 0, development: development.has(index) };
    for (const [row, anomalous] of labels.entries())
      count[anomalous ? (states[row] ? 'tp' : 'fn') : states[row] ? 'fp' : 'tn']++;
    counts.push(count);
  }
  await engine.dispose();
  const figures = (part) => {
    const [tp, fp, fn, tn] = ['tp', 'fp', 'fn', 'tn'].map((key) =>
      part.reduce((sum, one) => sum + one[key], 0),
    );
    return {
      f1: Number(((2 * tp) / (2 * tp + fp + fn)).toFixed(3)),
      falseAlarmsPercent: Number(((100 * fp) / (fp + tn)).toFixed(1)),
      missedAlarmsPercent: Number(((100 * fn) / (fn + tp)).toFixed(1)),
    };
  };
  return {
    tested: figures(counts.filter((one) => !one.development)),
    development: figures(counts.filter((one) => one.development)),
    all: figures(counts),
    everythingAnomalous: figures(
      counts.map(({ tp, fp, fn, tn }) => ({ tp: tp + fn, fp: fp + tn, fn: 0, tn: 0 })),
    ),
  };
}

async function office() {
  const { package: model, engine } = await open('office-temperature');
  const result = await nab(path.join(sensors, 'nab'), { manifest: model.manifest, engine }, statesOf);
  await engine.dispose();
  return result;
}

const parts = { skab, nab: office };
const result = {};
for (const name of only ? [only] : Object.keys(parts)) result[name] = await parts[name]();
console.log(JSON.stringify(result, undefined, 2));
