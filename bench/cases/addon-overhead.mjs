import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { awake } from '../awake.mjs';
import { buildDlrLoop, startDlrLoop } from '../dlr-loop.mjs';
import { interleave } from '../interleave.mjs';
import { LineProcess } from '../line-process.mjs';
import { rowOf } from '../row.mjs';
import { median } from '../statistics.mjs';
import { openWorkload, readyTensor } from '../workload.mjs';

const addonLoop = fileURLToPath(new URL('../children/addon-loop.mjs', import.meta.url));

/** Where the pages of the weights lie differs from process to process, and with it the speed: several pairs even that out. */
const pairs = 3;
const rounds = 8;
const runs = 20;
/** A block begins with cold caches: the other side had the processor. */
const coldRuns = 3;

/** What the addon costs: our `run` on a ready float tensor against SetDLRInput, RunDLRModel, GetDLROutput in C. */
export async function run({ progress }) {
  progress('building the C loop');
  const program = await buildDlrLoop();
  const { model, library } = await openWorkload();
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-input-'));
  const inputFile = path.join(folder, 'input.bin');
  const measure = async (when) => {
    const subject = [];
    const peer = [];
    for (let pair = 1; pair <= pairs; pair++) {
      progress(`pair of processes ${pair} of ${pairs}${when}`);
      const addon = new LineProcess(process.execPath, [addonLoop, inputFile]);
      const c = startDlrLoop(program, library, model.artifact, inputFile);
      const blocks = await measurePair(addon, c);
      subject.push(...blocks.subject);
      peer.push(...blocks.peer);
    }
    return rowsOf(subject, peer, when);
  };
  try {
    writeFileSync(inputFile, readyTensor(model.manifest.input.shape).data);
    const asItIs = await measure('');
    return [...asItIs, ...(await awake(() => measure(', processors awake')))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Neighbours in time are compared, so that a minute in which the machine was slow does not count as overhead. */
function rowsOf(subject, peer, when) {
  const differences = subject.map((block, index) => median(block) - median(peer[index]));
  const names = { case: 'addon-overhead', peer: 'C loop', unit: 'ms' };
  return [
    rowOf({ ...names, subject: `addon run${when}` }, subject.flat(), peer.flat()),
    rowOf({ ...names, subject: `addon run minus C loop, block by block${when}` }, differences, peer.flat()),
  ];
}

async function measurePair(addon, c) {
  const block = async (loop) => (await loop.ask(coldRuns + runs)).latenciesMs.slice(coldRuns);
  try {
    const [ours, theirs] = [await addon.ask(coldRuns), await c.ask(coldRuns)];
    if (ours.checksum !== theirs.checksum)
      throw new Error(
        `The addon's outputs have the checksum ${ours.checksum}, those of C ${theirs.checksum}: no comparison`,
      );
    return await interleave(
      rounds,
      () => block(addon),
      () => block(c),
    );
  } finally {
    await Promise.all([addon.stop(), c.stop()]);
  }
}
