import { performance } from 'node:perf_hooks';
import type { FromSeat, PipelineNews, Pulse, StartOptions } from './messages.js';
import { PendingRequests } from './pending-requests.js';
import type { PipelineProcess } from './pipeline-process.js';
import type { AskPipeline } from './requests.js';
import type { SourceStatus } from './source-health.js';
import type { PipelineSpec } from './spec.js';

/** How a pipeline ended that left its process by itself; it has said why. */
export const gaveUp = 'it gave up';

/** Messages with readings that wait in the channel: behind a process that hangs they must not pile up. */
const maxUndelivered = 256;

export interface SeatEvents {
  onNews(news: PipelineNews): void;
  /** The last: the process ended, or only this pipeline in it. @param how "exit code 1", "signal SIGSEGV", "it gave up", … */
  onExit(how: string): void;
}

/** The place of one pipeline in a process, from its start to its end; others may have theirs beside it. */
export class PipelineSeat {
  readonly startedAt = performance.now();
  readonly #process: PipelineProcess;
  readonly #number: number;
  readonly #events: SeatEvents;
  readonly #requests: PendingRequests;
  readonly #vacated: Promise<void>;
  #vacate!: () => void;
  #vacant = false;
  #busyMs = 0;
  #undelivered = 0;
  #source: SourceStatus | undefined;
  #released: (() => void) | undefined;

  constructor(pipeline: string, process: PipelineProcess, number: number, events: SeatEvents) {
    this.#process = process;
    this.#number = number;
    this.#events = events;
    this.#requests = new PendingRequests(pipeline, (message) => process.send(number, message));
    this.#vacated = new Promise((resolve) => (this.#vacate = resolve));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Since the last sign of life of its process. */
  get silentMs(): number {
    return this.#process.silentMs;
  }

  get hasSpoken(): boolean {
    return this.#process.hasSpoken;
  }

  /** How long the inference in flight of this pipeline has taken, as its process last said. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** What its source does, as its process last said. */
  get source(): SourceStatus | undefined {
    return this.#source;
  }

  start(spec: PipelineSpec, options: StartOptions): void {
    this.#process.send(this.#number, { type: 'start', spec, options });
  }

  /** Opens the source of a pipeline that was started with `hold`. @param framesBefore from where ids of frames count on */
  go(framesBefore: number): void {
    this.#process.send(this.#number, { type: 'go', framesBefore });
  }

  keepFrames(limit: number): void {
    this.#process.send(this.#number, { type: 'keep-frames', limit });
  }

  /** Hands on what came on the topic of its source. @returns false where it takes them too slowly: then this one is lost */
  deliver(body: Uint8Array): boolean {
    if (this.#undelivered >= maxUndelivered) return false;
    this.#undelivered++;
    this.#process.send(this.#number, { type: 'readings', body }, () => this.#undelivered--);
    return true;
  }

  readonly ask: AskPipeline = (request, signal) => this.#requests.ask(request, signal);

  /** Has the source closed, until `resume`; settles when it is, or the pipeline gone, or at the limit. */
  async release(limitMs: number): Promise<void> {
    const released = new Promise<void>((resolve) => (this.#released = resolve));
    this.#process.send(this.#number, { type: 'release' });
    await settledWithin(limitMs, Promise.race([released, this.#vacated]));
  }

  resume(): void {
    this.#process.send(this.#number, { type: 'resume' });
  }

  /** Asks the pipeline to end; at the limit its process is killed. Waits for the process where it was the last in it. */
  async stop(limitMs: number): Promise<void> {
    if (this.#vacant) return;
    this.#process.send(this.#number, { type: 'stop' });
    const left = await settledWithin(limitMs, this.#vacated);
    if (!left) this.#process.kill('a pipeline in it did not end when it was asked to');
    // What the kernel does not let go of cannot be waited for.
    if (!left || this.#process.size === 0) await settledWithin(limitMs, this.#process.exited);
  }

  /** Without regard for the frame in progress, but for the others in the process. */
  async abandon(limitMs: number): Promise<void> {
    if (this.#vacant) return;
    if (this.#process.size > 1) return this.stop(limitMs);
    this.#process.kill();
    await settledWithin(limitMs, this.#process.exited);
  }

  /** Ends the whole process. @param because told to all its pipelines */
  kill(because: string): void {
    this.#process.kill(because);
  }

  /** For its process: a message of the pipeline. */
  receive(message: FromSeat): void {
    switch (message.type) {
      case 'reply':
        this.#requests.answer(message.id, message.reply);
        break;
      case 'refusal':
        this.#requests.refuse(message.id, message.refusal);
        break;
      case 'released':
        this.#released?.();
        break;
      case 'left':
        this.#process.leave(this.#number);
        this.vacate(gaveUp);
        break;
      case 'counters':
      case 'ended':
      case 'failed':
      case 'fault':
      case 'ready':
      case 'result':
        this.#events.onNews(message);
        break;
    }
  }

  /** For its process: how the pipeline is. */
  feel({ busyMs, counters, source }: Pulse): void {
    this.#busyMs = busyMs;
    this.#source = source;
    if (counters) this.#events.onNews({ type: 'counters', counters });
  }

  /** For its process: the pipeline is gone. */
  vacate(how: string): void {
    if (this.#vacant) return;
    this.#vacant = true;
    this.#vacate();
    this.#requests.fail(`its process ended: ${how}`);
    this.#events.onExit(how);
  }
}

/** @returns whether it settled in time */
async function settledWithin(limitMs: number, promise: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
