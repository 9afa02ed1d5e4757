import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { loadEngine } from '../../dist/engines/index.js';
import { openWorkload, readyTensor, threads } from '../workload.mjs';

/** Our half of addon-overhead, as bench/native/dlr_loop.c is the other: asked for n runs it answers with n times in ms. */
const { model, library } = await openWorkload();
const engine = await loadEngine({ runtime: 'dlr', artifact: model.artifact, dlr: { library, threads } });
const { name, shape } = engine.info.inputs[0];
const input = { tensors: { [name]: readyTensor(shape) } };

for await (const line of createInterface({ input: process.stdin })) {
  const times = new Array(Number(line));
  for (let i = 0; i < times.length; i++) {
    const started = performance.now();
    await engine.run(input);
    times[i] = performance.now() - started;
  }
  console.log(JSON.stringify(times));
}
await engine.dispose();
