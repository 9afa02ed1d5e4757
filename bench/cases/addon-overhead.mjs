import { fileURLToPath } from 'node:url';
import { buildDlrLoop, startDlrLoop } from '../dlr-loop.mjs';
import { interleave } from '../interleave.mjs';
import { LineProcess } from '../line-process.mjs';
import { rowOf } from '../row.mjs';
import { median } from '../statistics.mjs';
import { openWorkload } from '../workload.mjs';

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
  const subject = [];
  const peer = [];
  for (let pair = 1; pair <= pairs; pair++) {
    progress(`pair of processes ${pair} of ${pairs}`);
    const addon = new LineProcess(process.execPath, [addonLoop]);
    const c = startDlrLoop(program, { library, artifact: model.artifact, input: model.manifest.input });
    try {
      const block = async (loop) => (await loop.ask(coldRuns + runs)).slice(coldRuns);
      await block(addon);
      await block(c);
      const blocks = await interleave(rounds, () => block(addon), () => block(c));
      subject.push(...blocks.subject);
      peer.push(...blocks.peer);
    } finally {
      await Promise.all([addon.stop(), c.stop()]);
    }
  }
  // Neighbours in time are compared, so that a minute in which the machine was slow does not count as overhead.
  const differences = subject.map((block, index) => median(block) - median(peer[index]));
  const name = 'addon-overhead';
  return [
    rowOf({ case: name, subject: 'addon run', peer: 'C loop', unit: 'ms' }, subject.flat(), peer.flat()),
    rowOf({ case: name, subject: 'addon run minus C loop, a block', peer: 'C loop', unit: 'ms' }, differences, peer.flat()),
  ];
}
