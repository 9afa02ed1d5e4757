import { performance } from 'node:perf_hooks';
import { loadEngine, type Engine, type EngineInput } from '../engines/index.js';
import { describeError, isEdgeError } from '../errors/index.js';
import { constantsOf } from '../pipeline/constants.js';
import { measureGolden } from '../pipeline/golden.js';
import { openModel, stagesOf, type OpenModel } from '../pipeline/load-model.js';
import type { FromProbe, ProbeJob, ProbeReport, ToProbe } from './messages.js';
import { noiseFor, noisePicture } from './noise.js';

/**
 * The entry of a process that tries one target of a model: native code that crashes or hangs does it here, where it costs nothing,
 * and what a runtime leaks goes with it. It ends when its parent does.
 */
let loaded: { readonly engine: Engine; readonly input: EngineInput } | undefined;

async function load(job: ProbeJob): Promise<ProbeReport> {
  const started = performance.now();
  if (job.type === 'artifact') {
    const engine = await loadEngine(job.request);
    loaded = { engine, input: { tensors: noiseFor(engine.info.inputs) } };
    return { engine: engine.info, loadMs: performance.now() - started, golden: [] };
  }
  const open = await openModel(job.spec);
  const loadMs = performance.now() - started;
  const { engine } = open;
  stagesOf(open, { preprocess: {} });
  loaded = { engine, input: inputFor(open) };
  return { engine: engine.info, loadMs, golden: job.prove ? await measureGolden(open.package, engine) : [] };
}

/** Something of the right kind and size; what it shows does not matter for the time. */
function inputFor({ engine, package: { manifest }, width, height }: OpenModel): EngineInput {
  const { input } = manifest;
  if (input.kind !== 'picture') return { tensors: noiseFor(engine.info.inputs) };
  const picture = noisePicture(width, height, input.colorOrder === 'GRAY' ? 1 : 3);
  return { picture, normalization: input, ...constantsOf(manifest) };
}

async function run(count: number): Promise<number[]> {
  if (!loaded) throw new Error('no model is loaded');
  const runsMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await loaded.engine.run(loaded.input);
    runsMs.push(performance.now() - started);
  }
  return runsMs;
}

async function answer(message: ToProbe): Promise<FromProbe> {
  try {
    return message.type === 'load'
      ? { type: 'loaded', report: await load(message.job) }
      : { type: 'ran', runsMs: await run(message.count) };
  } catch (error) {
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    return {
      type: 'failed',
      fault: { code, message: isEdgeError(error) ? error.message : describeError(error) },
    };
  }
}

process.on('message', (message: ToProbe) => {
  void answer(message).then((reply) => {
    if (process.connected) process.send?.(reply, undefined, undefined, () => undefined);
  });
});
// Native code may hang: the parent's end is ours, whatever is in flight.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGINT', () => undefined);
