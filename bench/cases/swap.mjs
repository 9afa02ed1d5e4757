import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { BenchNucleus } from '../bench-nucleus.mjs';
import { ComponentProcess } from '../component-process.mjs';
import { pssMegabytes } from '../pss.mjs';
import { rowOf } from '../row.mjs';
import { modelFolder } from '../workload.mjs';

const swaps = 100;
const intervalSeconds = 0.1;
/** The heaps have found their size after so many. */
const warmSwaps = 20;
/** Memory is looked at when the old process is gone. */
const settleMs = 1000;

/** Two genuine packages that differ in their version, deployed in turn while the pipeline works. */
export async function run({ progress }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-swap-'));
  const models = ['8.0.0', '9.0.0'].map((version) => variant(folder, version));
  const nucleus = await BenchNucleus.start({ intervalSeconds });
  const component = new ComponentProcess(nucleus, path.join(folder, 'state'));
  const pausesMs = [];
  let lastAt;
  const watch = nucleus
    .result(component, () => {
      const now = performance.now();
      if (lastAt !== undefined) pausesMs.push(now - lastAt);
      lastAt = now;
      return false;
    })
    .catch(() => undefined);
  const looks = [];
  try {
    await nucleus.result(component);
    for (let swap = 1; swap <= swaps; swap++) {
      const { version, source } = models[swap % 2];
      await nucleus.deploy({ models: { 'waste-sorter': { source } } });
      await nucleus.result(component, ({ model }) => model.version === version);
      if (swap === warmSwaps || swap > swaps - 3) {
        await sleep(settleMs);
        looks.push(pssMegabytes(component.pid) + pssMegabytes(component.pipelinePid));
      }
      if (swap % 20 === 0) progress(`${swap} of ${swaps} swaps`);
    }
  } finally {
    await component.stop();
    await watch;
    await nucleus.stop();
    rmSync(folder, { recursive: true });
  }
  const [warm, ...later] = looks;
  const names = { case: 'swap' };
  const longest = Math.max(...pausesMs);
  return [
    rowOf(
      { ...names, unit: 'MB', subject: `memory after ${swaps} swaps`, peer: `after ${warmSwaps}` },
      later,
      [warm],
    ),
    rowOf({ ...names, unit: 'ms', subject: 'pause between two results', peer: 'interval' }, pausesMs, [
      intervalSeconds * 1000,
    ]),
    rowOf(
      { ...names, unit: 'ms', subject: 'longest pause', peer: 'interval' },
      [longest],
      [intervalSeconds * 1000],
    ),
  ];
}

function variant(folder, version) {
  const copy = path.join(folder, version);
  cpSync(modelFolder, copy, { recursive: true });
  const file = path.join(copy, 'model.json');
  const text = JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version });
  writeFileSync(file, text);
  return {
    version,
    source: { type: 'package', path: copy, sha256: createHash('sha256').update(text).digest('hex') },
  };
}
