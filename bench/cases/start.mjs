import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { BenchNucleus } from '../bench-nucleus.mjs';
import { ComponentProcess } from '../component-process.mjs';
import { interleave } from '../interleave.mjs';
import { rowOf } from '../row.mjs';

const starts = 5;

/** From the start of `mli run` to its first result on the local topic, the files in the page cache. */
export async function run({ progress }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-start-'));
  try {
    let count = 0;
    const start = (name) => {
      progress(`start ${++count} of ${2 * starts + 1}`);
      return startOnce(path.join(folder, name));
    };
    // It fills the page cache, and proves the model for those that come after it.
    await start('proven');
    const { subject, peer } = await interleave(
      starts,
      () => start('proven'),
      () => start(`new-${count}`),
    );
    const names = { case: 'start', unit: 'ms' };
    return [
      rowOf(
        { ...names, subject: 'to the first result, model proven before', peer: 'new model' },
        subject,
        peer,
      ),
      rowOf({ ...names, subject: 'to the first result, new model' }, peer),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} state the component remembers there which models it has proven */
async function startOnce(state) {
  const nucleus = await BenchNucleus.start({ intervalSeconds: 1 });
  const started = performance.now();
  const component = new ComponentProcess(nucleus, state);
  try {
    await nucleus.result(component);
    return performance.now() - started;
  } finally {
    await component.stop();
    await nucleus.stop();
  }
}
