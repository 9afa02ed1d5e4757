import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../dist/pipeline/load-model.js';
import { awake } from '../awake.mjs';
import { buildDlrLoop, startDlrLoop } from '../dlr-loop.mjs';
import { interleave } from '../interleave.mjs';
import { LineProcess } from '../line-process.mjs';
import { rowOf } from '../row.mjs';
import { median } from '../statistics.mjs';
import { openWorkload, readyTensor, threads } from '../workload.mjs';

const smallModel = fileURLToPath(new URL('../../models/pump-watch', import.meta.url));
const addonLoop = fileURLToPath(new URL('../children/addon-loop.mjs', import.meta.url));

/** Where the pages of the weights lie differs from process to process, and with it the speed: several pairs even that out. */
const pairs = 3;
const rounds = 8;
const runs = 20;
/** A block begins with cold caches: the other side had the processor. */
const coldRuns = 3;
const smallRuns = 500;

/** What the addon costs: our `run` on a ready float tensor against SetDLRInput, RunDLRModel, GetDLROutput in C. */
export async function run({ progress }) {
  progress('building the C loop');
  const program = await buildDlrLoop();
  const { model, library } = await openWorkload();
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-input-'));
  const inputFile = path.join(folder, 'input.bin');
  const measure = async (when) => {
    const all = { subject: [], peer: [], around: [] };
    for (let pair = 1; pair <= pairs; pair++) {
      progress(`pair of processes ${pair} of ${pairs}${when}`);
      const addon = new LineProcess(process.execPath, [addonLoop, inputFile]);
      const c = startDlrLoop(program, library, model.artifact, inputFile);
      const blocks = await measurePair(addon, c);
      for (const key in all) all[key].push(...blocks[key]);
    }
    return rowsOf(all, when);
  };
  try {
    writeFileSync(inputFile, readyTensor(model.manifest.input.shape).data);
    const asItIs = await measure('');
    const whileAwake = await awake(() => measure(', processors awake'));
    progress('a model that takes no time');
    return [...asItIs, ...whileAwake, ...(await measureCall())];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The call alone: a model of 10 features takes microseconds, so what is left is the way to the worker thread and back. */
async function measureCall() {
  const dlr = { threads };
  const { engine } = await loadModel({
    model: { folder: smallModel, allowUnpinned: false },
    dlr,
    preprocess: {},
  });
  const tensors = Object.fromEntries(engine.info.inputs.map(({ name, shape }) => [name, readyTensor(shape)]));
  const measure = async (pauseMs) => {
    const times = [];
    for (let run = 0; run < smallRuns; run++) {
      if (pauseMs > 0) await sleep(pauseMs);
      const started = performance.now();
      await engine.run({ tensors });
      times.push(performance.now() - started);
    }
    return times.slice(coldRuns);
  };
  const row = (subject, times) => rowOf({ case: 'addon-overhead', subject, unit: 'ms' }, times);
  try {
    return [
      row('addon run of a model of 10 features', await measure(0)),
      row('the same, after a pause of 10 ms', await measure(10)),
    ];
  } finally {
    await engine.dispose();
  }
}

/**
 * Neighbours in time are compared, so that a minute in which the machine was slow does not count as overhead. Two processes still
 * differ by where their pages lie, by some hundredths of a run; what a call takes beside the work of the model's thread, which makes the
 * same calls as the C loop, is free of that.
 */
function rowsOf({ subject, peer, around }, when) {
  const differences = subject.map((block, index) => median(block) - median(peer[index]));
  const names = { case: 'addon-overhead', peer: 'C loop', unit: 'ms' };
  return [
    rowOf({ ...names, subject: `addon run${when}` }, subject.flat(), peer.flat()),
    rowOf({ ...names, subject: `addon run minus C loop, block by block${when}` }, differences, peer.flat()),
    rowOf(
      { ...names, subject: `addon run minus the work of the model’s thread${when}` },
      around.flat(),
      peer.flat(),
    ),
  ];
}

async function measurePair(addon, c) {
  const around = [];
  const block = async (loop) => {
    const { latenciesMs, aroundMs } = await loop.ask(coldRuns + runs);
    if (aroundMs) around.push(aroundMs.slice(coldRuns));
    return latenciesMs.slice(coldRuns);
  };
  try {
    const [ours, theirs] = [await addon.ask(coldRuns), await c.ask(coldRuns)];
    if (ours.checksum !== theirs.checksum)
      throw new Error(
        `The addon's outputs have the checksum ${ours.checksum}, those of C ${theirs.checksum}: no comparison`,
      );
    const blocks = await interleave(
      rounds,
      () => block(addon),
      () => block(c),
    );
    return { ...blocks, around };
  } finally {
    await Promise.all([addon.stop(), c.stop()]);
  }
}
