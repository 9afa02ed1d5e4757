import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchNucleus } from '../bench-nucleus.mjs';
import { ComponentProcess } from '../component-process.mjs';
import { pssMegabytes } from '../pss.mjs';
import { rowOf } from '../row.mjs';

const counts = [1, 4, 16];
const rounds = 2;
const intervalSeconds = 1;
/** The start of the processes is not part of a frame. */
const warmSeconds = 15;
/** Of /proc/<pid>/stat: USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Pipelines of one model share a process: what a frame costs, and a pipeline more. */
export async function run({ progress, seconds }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-many-'));
  // A copy of the interpreter: else its pages would be shared with this process and others, and count less than on a device.
  const node = path.join(folder, 'node');
  copyFileSync(process.execPath, node);
  const seen = new Map(counts.map((count) => [count, []]));
  try {
    for (let round = 1; round <= rounds; round++)
      for (const count of counts) {
        progress(`round ${round} of ${rounds}: ${count} pipelines, ${warmSeconds + seconds} s`);
        seen.get(count).push(await measure(count, { seconds, node, state: path.join(folder, 'state') }));
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rowsOf(seen);
}

async function measure(count, { seconds, node, state }) {
  const nucleus = await BenchNucleus.start({ intervalSeconds, count });
  const component = new ComponentProcess(nucleus, state, node);
  let frames = 0;
  const watch = nucleus.result(component, () => (frames++, false)).catch(() => undefined);
  try {
    await nucleus.result(component);
    await sleep(warmSeconds * 1000);
    const pids = [component.pid, component.pipelinePid];
    const before = { frames, cpuMs: cpuOf(pids) };
    await sleep(seconds * 1000);
    const done = frames - before.frames;
    return {
      cpuMs: (cpuOf(pids) - before.cpuMs) / done,
      megabytes: pids.map(pssMegabytes).reduce((a, b) => a + b),
      // A tick at either end of the window may fall on this side or that.
      missed: Math.max(0, count * (seconds - 1) - done),
    };
  } finally {
    await component.stop();
    await watch;
    await nucleus.stop();
  }
}

/** CPU time of the processes since their start, all their threads, in ms. */
function cpuOf(pids) {
  return pids
    .map((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The second field is the command's name in parentheses, and may itself have spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
    })
    .reduce((a, b) => a + b);
}

function rowsOf(seen) {
  const of = (count, what) => seen.get(count).map((one) => one[what]);
  const names = { case: 'many-pipelines' };
  const [one, ...more] = counts;
  return [
    rowOf({ ...names, subject: 'CPU time a frame, 1 pipeline', unit: 'ms' }, of(one, 'cpuMs')),
    ...more.flatMap((count) => [
      rowOf(
        { ...names, subject: `CPU time a frame, ${count} pipelines`, peer: '1 pipeline', unit: 'ms' },
        of(count, 'cpuMs'),
        of(one, 'cpuMs'),
      ),
      rowOf(
        { ...names, subject: `a pipeline more, of ${count}`, unit: 'MB' },
        of(count, 'megabytes').map((value, index) => (value - of(one, 'megabytes')[index]) / (count - 1)),
      ),
    ]),
    ...counts.map((count) =>
      rowOf({ ...names, subject: `memory, ${count} pipelines`, unit: 'MB' }, of(count, 'megabytes')),
    ),
    ...counts.map((count) =>
      rowOf({ ...names, subject: `frames missed, ${count} pipelines`, unit: 'frames' }, of(count, 'missed')),
    ),
  ];
}
