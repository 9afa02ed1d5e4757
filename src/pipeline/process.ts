import { describeError, isEdgeError } from '../errors/index.js';
import { createLogger } from '../logger.js';
import { MotionGate } from '../preprocess/motion-gate.js';
import { createWindowing } from '../preprocess/index.js';
import { createSource } from '../sources/index.js';
import { Tracker } from '../track/tracker.js';
import { FrameInference } from './frame-inference.js';
import { proveGolden } from './golden.js';
import {
  aliveIntervalMs,
  type Fault,
  type FromPipeline,
  type Refusal,
  type StartOptions,
  type ToPipeline,
} from './messages.js';
import { Inbox } from './inbox.js';
import { loadModel } from './load-model.js';
import { Pipeline } from './pipeline.js';
import type { PipelineRequest } from './requests.js';
import { Responder } from './responder.js';
import type { PipelineSpec } from './spec.js';
import type { PipelineResult } from './result.js';
import { Ticker } from './ticker.js';
import { WatchedSource } from './watched-source.js';

/**
 * The entry of a pipeline process: native code that crashes, hangs or leaks does it here. It talks to the component over the
 * channel of `fork` and ends when that closes, so that no orphan holds a camera.
 */
/** So long a process may finish what it does after the component is gone. */
const orphanLimitMs = 5_000;

const logger = createLogger({ name: 'pipeline' });
const stopping = new AbortController();
const go = new AbortController();
let framesBefore = 0;
let pipeline: Pipeline | undefined;
let responder: Responder | undefined;
let keepFrames = 0;
const inbox = new Inbox();
/** Requests without an answer yet, by their ids. */
const asked = new Map<number, AbortController>();

function send(message: FromPipeline): void {
  // The channel may close under us: 'disconnect' ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const faultOf = (error: unknown): Fault => ({
  code: isEdgeError(error) ? error.code : 'UNEXPECTED',
  message: describeError(error),
});

async function answer(id: number, request: PipelineRequest): Promise<void> {
  const cancelled = new AbortController();
  asked.set(id, cancelled);
  try {
    if (!responder) throw new Error('it is loading its model');
    send({ type: 'reply', id, reply: await responder.answer(request, cancelled.signal) });
  } catch (error) {
    send({ type: 'refusal', id, refusal: refusalOf(error) });
  } finally {
    asked.delete(id);
  }
}

function refusalOf(error: unknown): Refusal {
  if (!isEdgeError(error)) return { message: describeError(error) };
  const { code, details, message } = error;
  return { code, details, message };
}

async function work(spec: PipelineSpec, { prove, hold }: StartOptions): Promise<void> {
  const { stages, width, height, package: model } = await loadModel(spec);
  const { input } = model.manifest;
  if (prove) await proveGolden(model, stages.engine);
  send({ type: 'ready', model: stages.model, engine: stages.engine.info });
  if (hold) await aborted(AbortSignal.any([go.signal, stopping.signal]));
  // Pictures are decoded no larger than needed, but the region alone has to cover the input.
  const [, , regionWidth, regionHeight] = spec.preprocess.region ?? [0, 0, 1, 1];
  const size = { minWidth: Math.ceil(width / regionWidth), minHeight: Math.ceil(height / regionHeight) };
  const source = createSource(spec.source, {
    ...size,
    logger: logger.child({ pipeline: spec.name }),
    inbox,
    windowing: input.kind === 'samples' ? createWindowing(input) : undefined,
    ...(spec.secret !== undefined && { secret: spec.secret }),
  });
  const ticker = new Ticker(spec.source.intervalSeconds);
  const inference = new FrameInference(stages);
  const events = {
    onResult: (result: PipelineResult) => send({ type: 'result', result }),
    onFault: (error: unknown) => send({ type: 'fault', fault: faultOf(error) }),
  };
  const watched = new WatchedSource(source, spec.source, events.onFault);
  pipeline = new Pipeline(watched, ticker, inference, events, {
    keepFrames,
    framesBefore,
    gate: spec.motion ? new MotionGate(spec.motion) : undefined,
    tracker: spec.detect?.track ? new Tracker(spec.detect.track) : undefined,
  });
  responder = new Responder({ pipeline: spec.name, frames: pipeline.frames, inference, ...size });
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
  const of = pipeline && { counters: pipeline.counters, source: pipeline.sourceStatus };
  return { type: 'alive', busyMs: pipeline?.busyMs ?? 0, ...of };
}

function sayAlive(): void {
  send(aliveMessage());
}

const alive = setInterval(sayAlive, aliveIntervalMs);
sayAlive();

process.on('message', (message: ToPipeline) => {
  switch (message.type) {
    case 'start':
      ({ keepFrames, framesBefore } = message.options);
      void work(message.spec, message.options).then(
        () => leave(0),
        (error: unknown) => {
          send({ type: 'failed', fault: faultOf(error) });
          return leave(1);
        },
      );
      break;
    case 'go':
      ({ framesBefore } = message);
      go.abort();
      break;
    case 'keep-frames':
      keepFrames = message.limit;
      if (pipeline) pipeline.frames.limit = keepFrames;
      break;
    case 'ask':
      void answer(message.id, message.request);
      break;
    case 'cancel':
      asked.get(message.id)?.abort();
      break;
    case 'readings':
      inbox.deliver(message.body);
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
