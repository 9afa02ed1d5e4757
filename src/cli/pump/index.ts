import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import type { Component } from '../../component.js';
import { loadConfiguration, setOption } from '../configuration.js';
import { installFolder } from '../install.js';
import { positiveNumber } from '../numbers.js';
import { runDemo } from '../run-demo.js';
import { plotScores } from './plot.js';
import { PumpWatch } from './watch-pump.js';

interface PumpOptions {
  out: string;
  seconds?: number;
  set: string[];
}

/** Of the simulation, in its own time; where its recording begins is fixed. */
const simulation = {
  seconds: 300,
  faultAtSeconds: 150,
  seed: 7,
  beginsAt: Date.parse('2026-01-01T00:00:00Z'),
};

export const pumpCommand = (): Command =>
  new Command('pump')
    .description('a simulated pump whose bearing wears out: an anomaly, an alarm, and a plot of the scores')
    .option('--out <folder>', 'where the plot and the recording go', 'pump')
    .option('--seconds <n>', 'end by itself, n seconds after the first result', positiveNumber)
    .option(...setOption)
    // --seconds and --set are options of `demo` too, which takes them first.
    .action((_options, command: Command) => pump(command.optsWithGlobals()));

async function pump(options: PumpOptions): Promise<void> {
  const out = path.resolve(options.out);
  await mkdir(out, { recursive: true });
  const recording = path.join(out, 'pump.csv');
  const { seconds, faultAtSeconds, seed } = simulation;
  const simulate = path.join(installFolder, 'samples/pump/simulate.mjs');
  await promisify(execFile)(process.execPath, [
    simulate,
    ...[seconds, faultAtSeconds, seed].map(String),
    recording,
  ]);
  const configuration = await loadConfiguration(path.join(installFolder, 'samples/pump.yaml'), [
    `pipelines.pump-1.source.path=${JSON.stringify(recording)}`,
    ...options.set,
  ]);
  console.log('A simulated pump, 20 times as fast as it runs; its bearing begins to wear out at 00:02:30.\n');
  const watch = new PumpWatch((line) => console.log(line));
  const heard = await runDemo({
    configuration,
    seconds: options.seconds,
    onResult: (result) => watch.take(result),
    onMessage: (topic, payload) => watch.alarm(topic, payload),
    ended: untilEnded,
  });
  if (!heard) return;
  const plot = path.join(out, 'scores.svg');
  await writeFile(
    plot,
    plotScores(watch.points, {
      title: 'Anomaly score of a simulated pump',
      threshold: await thresholdOf(path.join(installFolder, 'models/pump-watch/model.json')),
      alarms: watch.alarms,
      faultAt: new Date(simulation.beginsAt + faultAtSeconds * 1000),
    }),
  );
  const anomalous = watch.points.filter((point) => point.anomalous).length;
  console.log(
    `\n${watch.points.length} windows, ${anomalous} of them anomalous, ${watch.alarms.length} alarms; the plot: ${plot}`,
  );
}

/** The recording is played once. */
async function untilEnded(component: Component): Promise<void> {
  while (component.status['pump-1']?.state !== 'ended')
    await new Promise((resolve) => setTimeout(resolve, 200).unref());
}

async function thresholdOf(manifest: string): Promise<number> {
  const { decoder } = JSON.parse(await readFile(manifest, 'utf8')) as { decoder: { threshold: number } };
  return decoder.threshold;
}
