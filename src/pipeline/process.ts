import { describeError, isEdgeError } from '../errors/index.js';
import { createLogger } from '../logger.js';
import { createSource } from '../sources/index.js';
import { FrameInference } from './frame-inference.js';
import { proveGolden } from './golden.js';
import {
  aliveIntervalMs,
  type Fault,
  type FromPipeline,
  type StartOptions,
  type ToPipeline,
} from './messages.js';
import { loadModel } from './load-model.js';
import { Pipeline } from './pipeline.js';
import type { PipelineSpec } from './spec.js';
import { Ticker } from './ticker.js';

/**
 * The entry of a pipeline process: native code that crashes, hangs or leaks does it here. It talks to the component over the
 * channel of `fork` and ends when that closes, so that no orphan holds a camera.
 */
/** So long a process may finish what it does after the component is gone. */
const orphanLimitMs = 5_000;

const logger = createLogger({ name: 'pipeline' });
const stopping = new AbortController();
const go = new AbortController();
let pipeline: Pipeline | undefined;

function send(message: FromPipeline): void {
  // The channel may close under us: 'disconnect' ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const faultOf = (error: unknown): Fault => ({
  code: isEdgeError(error) ? error.code : 'UNEXPECTED',
  message: describeError(error),
});

async function work(spec: PipelineSpec, { prove, hold }: StartOptions): Promise<void> {
  const { stages, width, height, package: model } = await loadModel(spec);
  if (prove) await proveGolden(model, stages.engine);
  send({ type: 'ready', model: stages.model, engine: stages.engine.info });
  if (hold) await aborted(AbortSignal.any([go.signal, stopping.signal]));
  // Pictures are decoded no larger than needed, but the region alone has to cover the input.
  const [, , regionWidth, regionHeight] = spec.preprocess.region ?? [0, 0, 1, 1];
  const source = createSource(spec.source, {
    minWidth: Math.ceil(width / regionWidth),
    minHeight: Math.ceil(height / regionHeight),
    logger: logger.child({ pipeline: spec.name }),
  });
  pipeline = new Pipeline(source, new Ticker(spec.source.intervalSeconds), new FrameInference(stages), {
    onResult: (result) => send({ type: 'result', result }),
    onFault: (error) => send({ type: 'fault', fault: faultOf(error) }),
  });
  await pipeline.run(stopping.signal);
  if (!stopping.signal.aborted) send({ type: 'ended', counters: pipeline.counters });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The last counters are sent, and everything before is flushed, before the process goes. */
async function leave(code: number): Promise<void> {
  clearInterval(alive);
  process.exitCode = code;
  if (!process.connected) return;
  await new Promise((resolve) => process.send?.(aliveMessage(), undefined, undefined, resolve));
  process.disconnect();
}

function aliveMessage(): FromPipeline {
  return { type: 'alive', busyMs: pipeline?.busyMs ?? 0, ...(pipeline && { counters: pipeline.counters }) };
}

function sayAlive(): void {
  send(aliveMessage());
}

const alive = setInterval(sayAlive, aliveIntervalMs);
sayAlive();

process.on('message', (message: ToPipeline) => {
  switch (message.type) {
    case 'start':
      void work(message.spec, message.options).then(
        () => leave(0),
        (error: unknown) => {
          send({ type: 'failed', fault: faultOf(error) });
          return leave(1);
        },
      );
      break;
    case 'go':
      go.abort();
      break;
    case 'stop':
      stopping.abort();
      break;
  }
});
process.on('disconnect', () => {
  stopping.abort();
  clearInterval(alive);
  // Whatever hangs in native code must not outlive the component and hold its camera.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), orphanLimitMs).unref();
});
// The component decides when to stop; a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stopping.abort());
