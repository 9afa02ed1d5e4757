import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { FromPipeline, PipelineNews, StartOptions, ToPipeline } from './messages.js';
import { PendingRequests } from './pending-requests.js';
import type { AskPipeline } from './requests.js';
import type { SourceStatus } from './source-health.js';
import type { PipelineSpec } from './spec.js';

/** Compiled code in every case: the tests, too, run this module from the sources. */
export const pipelineEntry = fileURLToPath(new URL('../../dist/pipeline/process.js', import.meta.url));

/** Little JavaScript garbage lives long here: a small young generation saves tens of megabytes a process. */
export const smallHeap = ['--max-semi-space-size=2'];

/** Messages with readings that wait in the channel: behind a process that hangs they must not pile up. */
const maxUndelivered = 256;

/** What a pipeline process has no business with: the token of the component's identity and credentials. */
const withheld = /^(SVCUID|AWS_|NODE_OPTIONS$)/;

export const childEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));

export interface ChildEvents {
  onMessage(message: PipelineNews): void;
  /** @param how "exit code 1", "signal SIGSEGV", "it could not be started: …" */
  onExit(how: string): void;
}

/** One pipeline process, from fork to exit. */
export class PipelineChild {
  readonly startedAt = performance.now();
  readonly #entry: string;
  readonly #onNews: (message: PipelineNews) => void;
  readonly #onExit: (how: string) => void;
  readonly #requests: PendingRequests;
  #process: ChildProcess | undefined;
  #heardAt = performance.now();
  #hasSpoken = false;
  #busyMs = 0;
  #undelivered = 0;
  #source: SourceStatus | undefined;

  /** @param entry the module that the process runs; tests give a fake */
  constructor(entry: string, pipeline: string, events: ChildEvents) {
    this.#entry = entry;
    this.#onNews = (message) => events.onMessage(message);
    this.#onExit = (how) => {
      this.#requests.fail(`its process ended: ${how}`);
      events.onExit(how);
    };
    this.#requests = new PendingRequests(pipeline, (message) => this.#send(message));
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Since the last sign of life. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** What its source does, as it last said. */
  get source(): SourceStatus | undefined {
    return this.#source;
  }

  /** How long the inference in flight has taken, as the process last said. */
  get busyMs(): number {
    return this.#busyMs;
  }

  start(spec: PipelineSpec, options: StartOptions): void {
    // With no descriptors or memory left, fork throws or gives a process without a channel.
    try {
      this.#fork();
      this.#send({ type: 'start', spec, options });
    } catch (error) {
      this.#process = undefined;
      queueMicrotask(() => this.#onExit(`it could not be started: ${(error as Error).message}`));
    }
  }

  #fork(): void {
    const child = fork(this.#entry, [], {
      env: childEnvironment(),
      execArgv: smallHeap,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process = child;
    child.on('message', (message: FromPipeline) => {
      this.#heardAt = performance.now();
      this.#hasSpoken = true;
      this.#receive(message);
    });
    child.once('error', (error) => {
      if (child.pid === undefined) this.#onExit(`it could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) =>
      this.#onExit(signal ? `signal ${signal}` : `exit code ${String(code)}`),
    );
  }

  #receive(message: FromPipeline): void {
    if (message.type === 'reply') {
      this.#requests.answer(message.id, message.reply);
    } else if (message.type === 'refusal') {
      this.#requests.refuse(message.id, message.refusal);
    } else {
      if (message.type === 'alive') {
        this.#busyMs = message.busyMs;
        this.#source = message.source;
      }
      this.#onNews(message);
    }
  }

  readonly ask: AskPipeline = (request, signal) => this.#requests.ask(request, signal);

  /** Hands on what came on the topic of its source. @returns false where it takes them too slowly: then this one is lost */
  deliver(body: Uint8Array): boolean {
    if (this.#undelivered >= maxUndelivered) return false;
    this.#undelivered++;
    const message: ToPipeline = { type: 'readings', body };
    this.#process?.send(message, () => this.#undelivered--);
    return true;
  }

  keepFrames(limit: number): void {
    this.#send({ type: 'keep-frames', limit });
  }

  /** Opens the source of a process that was started with `hold`. @param framesBefore from where ids of frames count on */
  go(framesBefore: number): void {
    this.#send({ type: 'go', framesBefore });
  }

  /** Asks it to end; after the limit it is killed. */
  async stop(limitMs: number): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    this.#send({ type: 'stop' });
    const timer = setTimeout(() => this.kill(), limitMs);
    await exited;
    clearTimeout(timer);
  }

  /** SIGKILL: also ends what is stopped or stuck in native code. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  #send(message: ToPipeline): void {
    // A failed send means that the process is going: its 'exit' says so.
    this.#process?.send(message, () => undefined);
  }
}
