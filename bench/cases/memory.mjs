import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchNucleus, ComponentProcess } from '../component-process.mjs';
import { pssMegabytes } from '../pss.mjs';
import { rowOf } from '../row.mjs';

const warmFrames = 200;
const moreFrames = 2000;
/** A heap breathes with its collections: several looks, while it works. */
const looks = 15;
const lookMs = 200;

/** Component and pipeline of the shipped classifier against the development nucleus, inferring without pause. */
export async function run({ progress }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-memory-'));
  const nucleus = await BenchNucleus.start({ intervalSeconds: 0 });
  // A copy of the interpreter: else its pages would be shared with this process and others, and count less than on a device.
  const node = path.join(folder, 'node');
  copyFileSync(process.execPath, node);
  const component = new ComponentProcess(nucleus, path.join(folder, 'state'), node);
  try {
    progress(`${warmFrames} frames to warm up`);
    await nucleus.result(component, ({ frame }) => frame.id >= warmFrames);
    const warm = await look(component);
    progress(`${moreFrames} frames more`);
    await nucleus.result(component, ({ frame }) => frame.id >= warmFrames + moreFrames);
    const later = await look(component);
    return rowsOf(warm, later);
  } finally {
    await component.stop();
    await nucleus.stop();
    rmSync(folder, { recursive: true });
  }
}

async function look(component) {
  const { pid, pipelinePid } = component;
  const seen = [];
  for (let count = 0; count < looks; count++) {
    const [own, pipeline] = [pssMegabytes(pid), pssMegabytes(pipelinePid)];
    seen.push({ component: own, pipeline, sum: own + pipeline });
    await sleep(lookMs);
  }
  return seen;
}

function rowsOf(warm, later) {
  const of = (seen, part) => seen.map((one) => one[part]);
  const names = { case: 'memory', unit: 'MB' };
  const parts = ['component', 'pipeline', 'sum'];
  return [
    ...parts.map((part) => rowOf({ ...names, subject: `${part}, after ${warmFrames} frames` }, of(warm, part))),
    ...parts.map((part) =>
      rowOf(
        { ...names, subject: `${part}, after ${moreFrames} frames more`, peer: `after ${warmFrames}` },
        of(later, part),
        of(warm, part),
      ),
    ),
  ];
}
