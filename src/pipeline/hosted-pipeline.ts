import { describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { createWindowing } from '../preprocess/index.js';
import { MotionGate } from '../preprocess/motion-gate.js';
import { createSource } from '../sources/index.js';
import { Tracker } from '../track/tracker.js';
import { FrameInference } from './frame-inference.js';
import { Inbox } from './inbox.js';
import { stagesOf } from './load-model.js';
import type { Fault, FromSeat, Pulse, StartOptions, ToSeat } from './messages.js';
import { Pipeline } from './pipeline.js';
import { Answers } from './answers.js';
import { Responder } from './responder.js';
import type { SharedModel } from './shared-model.js';
import type { PipelineSpec } from './spec.js';
import { Ticker } from './ticker.js';
import { WatchedSource } from './watched-source.js';

export interface HostedPipelineContext {
  readonly model: SharedModel;
  readonly send: (message: FromSeat) => void;
  readonly logger: Logger;
}

/** One pipeline in its process, from its start to its last word. */
export class HostedPipeline {
  readonly #spec: PipelineSpec;
  readonly #context: HostedPipelineContext;
  readonly #answers: Answers;
  readonly #inbox = new Inbox();
  readonly #stopping = new AbortController();
  readonly #go = new AbortController();
  #options: StartOptions;
  #pipeline: Pipeline | undefined;
  #running: Promise<void> | undefined;

  constructor(spec: PipelineSpec, options: StartOptions, context: HostedPipelineContext) {
    this.#spec = spec;
    this.#options = options;
    this.#context = context;
    this.#answers = new Answers(context.send);
  }

  get pulse(): Pulse {
    return {
      busyMs: this.#pipeline?.busyMs ?? 0,
      counters: this.#pipeline?.counters,
      source: this.#pipeline?.sourceStatus,
    };
  }

  /** Works until it is stopped or its source ends. Never rejects: it says `failed`. */
  run(): Promise<void> {
    this.#running ??= this.#work().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#context.send({ type: 'failed', fault: faultOf(error) });
    });
    return this.#running;
  }

  receive(message: Exclude<ToSeat, { type: 'start' }>): void {
    switch (message.type) {
      case 'go':
        this.#options = { ...this.#options, framesBefore: message.framesBefore };
        this.#go.abort();
        break;
      case 'keep-frames':
        this.#options = { ...this.#options, keepFrames: message.limit };
        if (this.#pipeline) this.#pipeline.frames.limit = message.limit;
        break;
      case 'release':
        void this.#pipeline?.release().then(() => this.#context.send({ type: 'released' }));
        break;
      case 'resume':
        this.#pipeline?.resume();
        break;
      case 'readings':
        this.#inbox.deliver(message.body);
        break;
      case 'stop':
        void this.stop();
        break;
      case 'ask':
        void this.#answers.answer(message.id, message.request);
        break;
      case 'cancel':
        this.#answers.cancel(message.id);
        break;
    }
  }

  /** Finishes the frame that it has begun. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #work(): Promise<void> {
    const { model: shared, send, logger } = this.#context;
    const { signal } = this.#stopping;
    const { source, name, preprocess, secret, motion, detect } = this.#spec;
    // Loading cannot be interrupted, but nobody has to wait for it.
    const open = await Promise.race([shared.open(this.#spec, this.#options.prove), aborted(signal)]);
    if (!open) return;
    const stages = stagesOf(open, this.#spec);
    const { engine, passedOver } = open;
    send({ type: 'ready', model: stages.model, engine: engine.info, passedOver });
    if (this.#options.hold) await aborted(AbortSignal.any([this.#go.signal, signal]));
    // Pictures are decoded no larger than needed, but the region alone has to cover the input.
    const [, , regionWidth, regionHeight] = preprocess.region ?? [0, 0, 1, 1];
    const size = {
      minWidth: Math.ceil(open.width / regionWidth),
      minHeight: Math.ceil(open.height / regionHeight),
    };
    const onFault = (error: unknown): void => send({ type: 'fault', fault: faultOf(error) });
    const { input } = open.package.manifest;
    const opened = createSource(source, {
      ...size,
      logger,
      inbox: this.#inbox,
      windowing: input.kind === 'samples' ? createWindowing(input) : undefined,
      ...(secret !== undefined && { secret }),
    });
    const inference = new FrameInference(stages, shared.turns);
    const pipeline = new Pipeline(
      new WatchedSource(opened, source, onFault),
      new Ticker(source.intervalSeconds, this.#options.phase),
      inference,
      { onResult: (result) => send({ type: 'result', result }), onFault },
      {
        ...this.#options,
        gate: motion ? new MotionGate(motion) : undefined,
        tracker: detect?.track ? new Tracker(detect.track) : undefined,
      },
    );
    this.#pipeline = pipeline;
    this.#answers.open(new Responder({ pipeline: name, frames: pipeline.frames, inference, ...size }));
    try {
      await pipeline.run(signal);
    } finally {
      send({ type: 'counters', counters: pipeline.counters });
    }
    if (!signal.aborted) send({ type: 'ended' });
  }
}

const faultOf = (error: unknown): Fault => ({
  code: isEdgeError(error) ? error.code : 'UNEXPECTED',
  message: describeError(error),
});

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
