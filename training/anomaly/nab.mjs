/**
 * office-temperature on NAB's ambient_temperature_system_failure.csv, through the component's own code and DLR. A detection is a
 * window at which the state goes over to anomalous; an episode counts once, and is a false alarm where it begins outside of the
 * labelled windows.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fitModel } from '../../dist/fit/fit.js';
import { windowsOf } from '../../dist/fit/recording.js';
import { csvSource } from './csv-source.mjs';
import { judge, knownAt } from './episodes.mjs';
import { nabScore, probationRows } from './nab-score.mjs';

const utc = (text) => Date.parse(`${text.replace(' ', 'T')}Z`);

/**
 * @param {string} folder with the CSV and windows.json @param {{manifest: object, engine: object}} model
 * @param {(manifest: object, engine: object, windows: object[]) => Promise<boolean[]>} statesOf
 */
export async function nab(folder, { manifest: unfitted, engine }, statesOf) {
  const file = path.join(folder, 'ambient_temperature_system_failure.csv');
  const csv = csvSource(file, { timeField: 'timestamp', stepSeconds: 3600 });
  const windows = await windowsOf(unfitted, csv);
  const lines = (await readFile(file, 'utf8')).trim().split('\n').slice(1);
  const times = lines.map((line) => utc(line.split(',')[0]));
  const labels = JSON.parse(await readFile(path.join(folder, 'windows.json'), 'utf8'));
  const ranges = Object.values(labels)[0].map((range) => range.map(utc));
  /** Fitted on so many rows, tested on the rest. */
  const figures = async (rows) => {
    const normal = windows.filter(({ to }) => to.getTime() < times[rows]);
    const { manifest } = await fitModel(unfitted, engine, normal);
    const rest = windows.slice(normal.length);
    const states = await statesOf(manifest, engine, rest);
    const detections = rest
      .filter((_, index) => states[index] && !states[index - 1])
      .map(({ to }) => knownAt(times, to.getTime()));
    const { found, falseAlarms } = judge(detections, ranges);
    return {
      fittedRows: rows,
      windowsFound: found,
      falseAlarms,
      detections: detections.map((time) => new Date(time).toISOString()),
      standardProfile: nabScore(times, ranges, detections),
    };
  };
  return {
    ...(await figures(Math.floor(0.15 * times.length))),
    // NAB takes 15 % of 5000 rows for probation at most.
    asScorerCutsIt: await figures(probationRows(times.length)),
  };
}
