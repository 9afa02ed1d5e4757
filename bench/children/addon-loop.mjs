import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { loadEngine } from '../../dist/engines/index.js';
import { NativeEngine } from '../../dist/engines/native/engine.js';
import { openWorkload, threads } from '../workload.mjs';

/**
 * Our half of addon-overhead, as bench/native/dlr_loop.c is the other: `addon-loop.mjs INPUT_FILE`, asked for n runs it answers
 * with {latenciesMs, aroundMs, checksum}: `aroundMs` is what a call takes beside the work of the model's thread, which is that of the C loop.
 */
const { model, library } = await openWorkload();
const engine = await loadEngine({ runtime: 'dlr', artifact: model.artifact, dlr: { library, threads } });
if (!(engine instanceof NativeEngine)) throw new Error('The engine is not ours');
const { name, dtype, shape } = engine.info.inputs[0];
const bytes = readFileSync(process.argv[2]);
const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const input = { tensors: { [name]: { dtype, shape, data } } };

for await (const line of createInterface({ input: process.stdin })) {
  const latenciesMs = new Array(Number(line));
  const aroundMs = new Array(latenciesMs.length);
  let outputs;
  for (let i = 0; i < latenciesMs.length; i++) {
    const started = performance.now();
    outputs = await engine.run(input);
    latenciesMs[i] = performance.now() - started;
    aroundMs[i] = latenciesMs[i] - engine.lastRunMs.all;
  }
  console.log(JSON.stringify({ latenciesMs, aroundMs, checksum: checksum(outputs) }));
}
await engine.dispose();

/** FNV-1a, 64 bits, of the bytes of all outputs. @param {readonly import('../../dist/types.js').Tensor[]} outputs */
function checksum(outputs) {
  let hash = 0xcbf29ce484222325n;
  for (const { data } of outputs) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
