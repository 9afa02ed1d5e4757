import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { specOf } from '../../dist/pipeline/spec.js';
import { benchConfiguration } from '../configuration.mjs';
import { rowOf } from '../row.mjs';
import { modelRequest } from '../workload.mjs';

const entry = fileURLToPath(new URL('../../dist/pipeline/process.js', import.meta.url));
const preload = new URL('../children/loop-delay.mjs', import.meta.url);

const processes = 3;
const windows = 4;

/** The event loop of a real pipeline process: first with nothing to do, then inferring without pause. */
export async function run({ progress }) {
  const idle = [];
  const inferring = [];
  for (let count = 1; count <= processes; count++) {
    progress(`pipeline process ${count} of ${processes}, ${2 * (windows + 1)} s`);
    await measureProcess(idle, inferring);
  }
  const names = {
    case: 'event-loop',
    subject: 'p99 of each second while inferring',
    peer: 'idle, same process',
    unit: 'ms',
  };
  return [rowOf(names, inferring, idle)];
}

async function measureProcess(idle, inferring) {
  const child = fork(entry, [], { serialization: 'advanced', execArgv: ['--import', preload.href] });
  try {
    idle.push(...(await nextWindows(child)));
    const { pipelines, dlr } = benchConfiguration({ intervalSeconds: 0 });
    const spec = specOf('bench', pipelines.bench, modelRequest, dlr);
    const options = { prove: false, hold: false, keepFrames: 0, framesBefore: 0, phase: 0 };
    child.send({ type: 'seat', seat: 1, message: { type: 'start', spec, options } });
    await until(child, isResult);
    inferring.push(...(await nextWindows(child)));
    await until(child, isResult);
  } finally {
    // Without its parent it ends by itself, whatever it was doing.
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

const isResult = ({ message }) => message?.type === 'result';

/** The first window holds the start of the process, or of the model. */
async function nextWindows(child) {
  const delays = [];
  await until(child, ({ type, loopDelayMs }) => type === 'loopDelay' && delays.push(loopDelayMs) > windows);
  return delays.slice(1);
}

/** Settles with the first message that is wanted. @throws Error when the process says that it failed, or ends */
function until(child, isWanted) {
  return new Promise((resolve, reject) => {
    const onExit = (code, signal) =>
      reject(new Error(`The pipeline process ended with ${signal ?? `code ${code}`}`));
    const onMessage = (message) => {
      const failed = message.message?.type === 'failed';
      if (failed) reject(new Error(message.message.fault.message));
      if (!failed && !isWanted(message)) return;
      child.off('exit', onExit);
      child.off('message', onMessage);
      resolve();
    };
    child.once('exit', onExit);
    child.on('message', onMessage);
  });
}
