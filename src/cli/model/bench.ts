import { Command } from 'commander';
import { usableThreads } from '../../engines/threads.js';
import { positiveInteger } from '../numbers.js';
import { exitCodes } from '../failure.js';
import { withTargetOptions, type TargetOptions } from './options.js';
import { openedPackage } from './opened-package.js';

interface BenchOptions extends TargetOptions {
  readonly runs: number;
}

/** Of which a machine with one core can use the first. */
const threadCounts = [...new Set([1, 2].map(usableThreads))];

export const benchCommand = (): Command =>
  withTargetOptions(new Command('bench'))
    .description(
      'measure the targets of a package that run on this machine, by turns, with one thread and with two',
    )
    .argument('<model>', 'folder or archive of a package')
    .option('--runs <n>', 'runs of each', positiveInteger, 100)
    .action(bench);

async function bench(model: string, options: BenchOptions): Promise<void> {
  const { walk } = await import('../../selection/index.js');
  const opened = await openedPackage(model, options, threadCounts);
  const runsARound = Math.min(5, options.runs);
  const limits = { warmUp: 10, runsARound, rounds: Math.ceil(options.runs / runsARound), budgetMs: Infinity };
  const rows = [];
  try {
    for (const [index, prospect] of opened.prospects.entries()) {
      const threads = threadCounts[index] ?? 1;
      const steps = await walk(prospect.candidates, { measure: 'always', limits });
      const peer = steps.find(
        ({ runtime, medianMs }) => runtime === 'onnx' && medianMs !== undefined,
      )?.medianMs;
      for (const { target, medianMs, p95Ms, runs, outcome, reason } of steps) {
        const ratio = medianMs !== undefined && peer !== undefined ? medianMs / peer : undefined;
        rows.push({ threads, target, medianMs, p95Ms, runs, ratio, outcome, reason });
      }
    }
  } finally {
    await opened.close();
  }
  if (options.json) console.log(JSON.stringify({ model, rows }));
  else {
    const width = Math.max(6, ...rows.map(({ target }) => target.length));
    console.log(`threads  ${'target'.padEnd(width)}  median ms   p95 ms  against onnx`);
    for (const { threads, target, medianMs, p95Ms, ratio, reason } of rows) {
      const numbers =
        medianMs === undefined
          ? (reason ?? '')
          : `${fixed(medianMs)} ${fixed(p95Ms)}  ${fixed(ratio).padStart(12)}`;
      console.log(`${String(threads).padStart(7)}  ${target.padEnd(width)}  ${numbers}`);
    }
  }
  if (!rows.some(({ outcome }) => outcome === 'good')) process.exitCode = exitCodes.failed;
}

const fixed = (value: number | undefined): string =>
  (value === undefined ? '-' : value.toFixed(2)).padStart(9);
