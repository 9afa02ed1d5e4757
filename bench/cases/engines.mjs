import { fileURLToPath } from 'node:url';
import { prospectOf } from '../../dist/selection/choose-target.js';
import { TargetProbe } from '../../dist/selection/target-probe.js';
import { race } from '../../dist/selection/race.js';
import { rowOf } from '../row.mjs';
import { median } from '../statistics.mjs';

const folder = fileURLToPath(new URL('../../models/waste-sorter', import.meta.url));

const limits = { warmUp: 10, rounds: 30, runsARound: 5, budgetMs: Infinity };

/** The best compiled target of the shipped classifier against ONNX Runtime on the same model, by turns, a row a thread count. */
export async function run({ progress }) {
  const rows = [];
  for (const threads of [1, 2]) {
    progress(`${threads} thread${threads === 1 ? '' : 's'}`);
    const { candidates } = await prospectOf({
      model: { folder, allowUnpinned: false },
      dlr: { device: 'cpu', threads },
    });
    const probes = candidates.map(() => new TargetProbe());
    try {
      await Promise.all(candidates.map(({ job }, index) => probes[index].load(job)));
      const results = await race(probes, limits);
      const failed = results.find((result) => result instanceof Error);
      if (failed) throw failed;
      const times = candidates.map(({ target, runtime }, index) => ({ target, runtime, ms: results[index] }));
      const peer = times.find(({ runtime }) => runtime === 'onnx');
      const [best] = times
        .filter(({ runtime }) => runtime === 'dlr')
        .sort((a, b) => median(a.ms) - median(b.ms));
      const names = { case: 'engines', peer: 'ONNX Runtime', unit: 'ms' };
      const subject = `${best.target}, ${threads} thread${threads === 1 ? '' : 's'}`;
      rows.push(rowOf({ ...names, subject }, best.ms, peer.ms));
    } finally {
      for (const probe of probes) probe.close();
    }
  }
  return rows;
}
