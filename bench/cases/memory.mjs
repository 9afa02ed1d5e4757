import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BenchNucleus } from '../bench-nucleus.mjs';
import { ComponentProcess } from '../component-process.mjs';
import { pssMegabytes } from '../pss.mjs';
import { rowOf } from '../row.mjs';

/** Until the heaps have found their size: they work at many times the speed of a real pipeline here. */
const warmFrames = 1000;
/** A heap breathes with its collections: looks at it are spread over so many frames. */
const windowFrames = 200;
const looks = 20;
const moreFrames = 2000;

/** Component and pipeline of the shipped classifier against the development nucleus, inferring without pause. */
export async function run({ progress }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-memory-'));
  const nucleus = await BenchNucleus.start({ intervalSeconds: 0 });
  // A copy of the interpreter: else its pages would be shared with this process and others, and count less than on a device.
  const node = path.join(folder, 'node');
  copyFileSync(process.execPath, node);
  const component = new ComponentProcess(nucleus, path.join(folder, 'state'), node);
  const reached = (frames) => nucleus.result(component, ({ frame }) => frame.id >= frames);
  const look = async (from) => {
    const seen = [];
    for (let count = 0; count < looks; count++) {
      await reached(from + (count * windowFrames) / looks);
      const [own, pipeline] = [pssMegabytes(component.pid), pssMegabytes(component.pipelinePid)];
      seen.push({ component: own, pipeline, sum: own + pipeline });
    }
    return seen;
  };
  try {
    progress(`${warmFrames} frames to warm up, ${windowFrames} to look at`);
    const warm = await look(warmFrames);
    progress(`${moreFrames} frames more`);
    return rowsOf(warm, await look(warmFrames + moreFrames));
  } finally {
    await component.stop();
    await nucleus.stop();
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(warm, later) {
  const of = (seen, part) => seen.map((one) => one[part]);
  const names = { case: 'memory', unit: 'MB' };
  const parts = ['component', 'pipeline', 'sum'];
  return [
    ...parts.map((part) => rowOf({ ...names, subject: part }, of(warm, part))),
    ...parts.map((part) =>
      rowOf(
        { ...names, subject: `${part}, ${moreFrames} frames later`, peer: 'before' },
        of(later, part),
        of(warm, part),
      ),
    ),
  ];
}
