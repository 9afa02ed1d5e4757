import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { learnNormality } from '../../src/fit/whitening.js';
import { testData } from '../data.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const mli = (...args: string[]) => run(process.execPath, [path.join(root, 'dist/main.js'), ...args]);
let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'mli-fit-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('what is normal', () => {
  it('is whitened: normalised features times the whitening have almost the covariance 1', () => {
    const rows = Array.from({ length: 400 }, (_, n) => {
      const [a, b] = [Math.sin(n * 1.7), Math.cos(n * 0.9)];
      return Float64Array.of(10 + 3 * a, 5 + 2 * a + 0.5 * b);
    });
    const { mean, std, whitening } = learnNormality(rows, 10);
    const white = rows.map((row) => {
      const z = [...row].map((value, i) => (value - (mean[i] ?? 0)) / (std[i] ?? 1));
      return [0, 1].map((j) => z.reduce((sum, value, i) => sum + value * (whitening[i * 2 + j] ?? 0), 0));
    });
    const product = (i: number, j: number) =>
      white.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / white.length;
    expect(product(0, 0)).toBeCloseTo(1, 1);
    expect(Math.abs(product(0, 1))).toBeLessThan(0.15);
    expect(product(1, 1)).toBeGreaterThan(0.4);
  });
});

describe('mli model fit', () => {
  it('makes a package from a recording of normal operation that says anomaly when the pump wears out', async () => {
    const simulate = path.join(root, 'samples/pump/simulate.mjs');
    const data = path.join(folder, 'normal.csv');
    await run(process.execPath, [simulate, '400', '0', '3', data]);
    const model = path.join(root, 'models/pump-watch');
    const out = path.join(folder, 'fitted');
    const { stdout } = await mli('model', 'fit', model, '--data', data, '--time-field', 'time', '--out', out);
    const sha256 = /sha256: +([0-9a-f]{64})/.exec(stdout)?.[1] ?? '';
    const before = JSON.parse(await readFile(path.join(model, 'model.json'), 'utf8')) as {
      input: { mean: number[] };
    };
    const after = JSON.parse(await readFile(path.join(out, 'model.json'), 'utf8')) as {
      input: { mean: number[] };
      decoder: { threshold: number };
    };
    expect(after.input.mean).not.toEqual(before.input.mean);
    const golden = JSON.parse(await readFile(path.join(out, 'golden/normal-output.json'), 'utf8')) as {
      outputs: { 0: { data: number[] } };
    };
    expect(golden.outputs[0].data[0]).toBeLessThan(after.decoder.threshold);
    const worn = path.join(folder, 'worn.csv');
    await run(process.execPath, [simulate, '120', '40', '4', worn]);
    const configuration = path.join(folder, 'mli.json');
    await writeFile(
      configuration,
      JSON.stringify({
        models: { pump: { source: { type: 'package', path: out, sha256 } } },
        pipelines: {
          pump: { source: { type: 'csv', path: worn, timeField: 'time', speed: 0 }, model: 'pump' },
        },
      }),
    );
    const states = await statesOf(configuration, 111);
    expect(states.slice(0, 25)).toEqual(Array(25).fill('normal'));
    expect(states.at(-1)).toBe('anomaly');
  }, 60_000);

  it('says what is wrong with a recording that is too short', async () => {
    const data = path.join(folder, 'short.csv');
    await run(process.execPath, [path.join(root, 'samples/pump/simulate.mjs'), '20', '0', '3', data]);
    const model = path.join(root, 'models/pump-watch');
    const fitting = mli(
      'model',
      'fit',
      model,
      '--data',
      data,
      '--time-field',
      'time',
      '--out',
      path.join(folder, 'x'),
    );
    await expect(fitting).rejects.toThrow(/makes 11 windows, it needs 37 at least/);
  });
});

/** Runs the component on a recording until it has given so many results. */
async function statesOf(configuration: string, count: number): Promise<string[]> {
  const running = execFile(
    process.execPath,
    [path.join(root, 'dist/main.js'), 'run', '--config', configuration, '--no-nucleus'],
    { env: { ...process.env, MLI_WORK: path.join(folder, 'work') }, maxBuffer: 1e8 },
  );
  const states: string[] = [];
  let rest = '';
  for await (const text of running.stdout ?? []) {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { topic, message } = JSON.parse(line) as {
        topic?: string;
        message: { predictions?: { label: string }[] };
      };
      if (topic?.startsWith('mli/predictions/')) states.push(message.predictions?.[0]?.label ?? '');
    }
    if (states.length >= count) break;
  }
  running.kill('SIGTERM');
  return states;
}

describe('mli demo pump', () => {
  it('finds the fault after it began, raises one alarm, and draws the scores', async () => {
    const out = path.join(folder, 'demo');
    const { stdout } = await mli('demo', 'pump', '--out', out, '--set', 'pipelines.pump-1.source.speed=0');
    expect(stdout).toMatch(/00:02:[345]\d {2}pump-1 {2}anomaly/);
    expect(stdout).toContain('1 alarms');
    expect(await readFile(path.join(out, 'scores.svg'), 'utf8')).toMatch(
      /^<svg [^]*alarm<\/text>[^]*<\/svg>\n$/,
    );
  }, 60_000);
});

describe.skipIf(!testData('sensors'))('the anomaly models [needs MLI_TEST_DATA with sensors]', () => {
  const evaluate = async (part: string): Promise<unknown> => {
    const script = path.join(root, 'training/anomaly/evaluate.mjs');
    const { stdout } = await run(process.execPath, [script, testData('sensors') ?? '', part]);
    return (JSON.parse(stdout) as Record<string, unknown>)[part];
  };

  it('reach F1 0.78 with at most 27 % false alarms on SKAB', async () => {
    const { tested } = (await evaluate('skab')) as { tested: { f1: number; falseAlarmsPercent: number } };
    expect(tested.f1).toBeGreaterThanOrEqual(0.78);
    expect(tested.falseAlarmsPercent).toBeLessThanOrEqual(27);
  }, 120_000);

  it('find on NAB what is reported', async () => {
    interface Figures {
      fittedRows: number;
      windowsFound: number;
      falseAlarms: number;
      asScorerCutsIt: Figures;
    }
    const reportedFile = path.join(root, 'training/results/office-nab.json');
    const reported = JSON.parse(await readFile(reportedFile, 'utf8')) as { nab: Figures };
    const counts = ({ fittedRows, windowsFound, falseAlarms }: Figures) => [
      fittedRows,
      windowsFound,
      falseAlarms,
    ];
    const nab = (await evaluate('nab')) as Figures;
    expect(counts(nab)).toEqual(counts(reported.nab));
    expect(counts(nab.asScorerCutsIt)).toEqual(counts(reported.nab.asScorerCutsIt));
  }, 60_000);
});
