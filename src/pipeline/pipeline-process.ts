import { fork, type ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { EdgeError } from '../errors/index.js';
import type { FromProcess, ToProcess, ToSeat } from './messages.js';
import { PipelineSeat, type SeatEvents } from './seat.js';

/**
 * Little JavaScript garbage lives long here: a small young generation saves tens of megabytes a process. V8's own helpers have
 * little to do beside a model: one thread instead of four.
 */
export const nodeOptions = ['--max-semi-space-size=2', '--v8-pool-size=1'];

const lastWordsMs = 1000;

/** What a pipeline process has no business with: the token of the component's identity and credentials. */
const withheld = /^(SVCUID|AWS_|NODE_OPTIONS$)/;

export const childEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));

export interface ProcessEvents {
  /** SIGKILL does not end it: it sleeps in the kernel, in a driver or on a dead disk. */
  onUnkillable(error: EdgeError): void;
}

export interface ProcessOptions {
  /** The module that the process runs; tests give a fake. @default dist/pipeline/process.js */
  readonly entry: string;
  /** So long it may take to leave, and the kernel to end it. @default 5000 */
  readonly limitMs: number;
}

/** One pipeline process, from fork to exit, with a seat for each of its pipelines. */
export class PipelineProcess {
  readonly #options: ProcessOptions;
  readonly #events: ProcessEvents;
  readonly #seats = new Map<number, PipelineSeat>();
  /** Resolves when it is gone. */
  readonly exited: Promise<void>;
  #gone!: () => void;
  #lastSeat = 0;
  #process: ChildProcess | undefined;
  #heardAt = performance.now();
  #hasSpoken = false;
  #closed = false;
  /** Why we ended it. */
  #verdict: string | undefined;

  constructor(options: ProcessOptions, events: ProcessEvents) {
    this.#options = options;
    this.#events = events;
    this.exited = new Promise((resolve) => (this.#gone = resolve));
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

  /** From now on no pipeline gets a seat here. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many pipelines it has. */
  get size(): number {
    return this.#seats.size;
  }

  start(): void {
    // With no descriptors or memory left, fork throws or gives a process without a channel.
    try {
      this.#fork();
    } catch (error) {
      this.#process = undefined;
      queueMicrotask(() => this.#exit(`it could not be started: ${(error as Error).message}`));
    }
  }

  /** A seat for a pipeline; it is to start it then. */
  seat(pipeline: string, events: SeatEvents): PipelineSeat {
    const number = ++this.#lastSeat;
    const seat = new PipelineSeat(pipeline, this, number, events);
    this.#seats.set(number, seat);
    return seat;
  }

  /** @param sent called when it is in the process' hands, or lost with it */
  send(seat: number, message: ToSeat, sent?: () => void): void {
    this.#send({ type: 'seat', seat, message }, sent);
  }

  /** SIGKILL: also ends what is stopped or stuck in native code. @param because told to all its pipelines */
  kill(because?: string): void {
    this.#closed = true;
    this.#verdict ??= because;
    this.#process?.kill('SIGKILL');
    this.#expectExit();
  }

  /** A pipeline has no more business here; without any the process ends. */
  leave(number: number): void {
    this.#seats.delete(number);
    if (this.#seats.size > 0 || this.#closed) return;
    this.#closed = true;
    this.#send({ type: 'leave' });
    const timer = setTimeout(() => this.kill(), this.#options.limitMs);
    void this.exited.then(() => clearTimeout(timer));
  }

  #fork(): void {
    const child = fork(this.#options.entry, [], {
      env: childEnvironment(),
      execArgv: nodeOptions,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process = child;
    child.on('message', (message: FromProcess) => this.#receive(message));
    child.once('error', (error) => {
      if (child.pid === undefined) this.#exit(`it could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      const how = signal ? `signal ${signal}` : `exit code ${String(code)}`;
      const end = () => this.#exit(this.#verdict === undefined ? how : `${how}, since ${this.#verdict}`);
      if (!child.connected) {
        end();
        return;
      }
      // What it said last is still on its way.
      const timer = setTimeout(end, lastWordsMs);
      child.once('disconnect', () => {
        clearTimeout(timer);
        end();
      });
    });
  }

  #receive(message: FromProcess): void {
    this.#heardAt = performance.now();
    this.#hasSpoken = true;
    if (message.type === 'seat') {
      this.#seats.get(message.seat)?.receive(message.message);
      return;
    }
    for (const [number, pulse] of message.pulses) this.#seats.get(number)?.feel(pulse);
  }

  #exit(how: string): void {
    this.#closed = true;
    this.#gone();
    const seats = [...this.#seats.values()];
    this.#seats.clear();
    for (const seat of seats) seat.vacate(how);
  }

  #expectExit(): void {
    const { limitMs } = this.#options;
    const timer = setTimeout(() => {
      // It must not keep the component from ending, whatever the kernel does with it.
      this.#process?.unref();
      this.#process?.channel?.unref();
      if (this.pid === undefined) return;
      const error = new EdgeError('PROCESS_UNKILLABLE', { pid: this.pid, seconds: limitMs / 1000 });
      this.#events.onUnkillable(error);
      const fault = { code: error.code, message: error.message };
      for (const seat of this.#seats.values()) seat.receive({ type: 'fault', fault });
    }, limitMs);
    void this.exited.then(() => clearTimeout(timer));
  }

  #send(message: ToProcess, sent: () => void = () => undefined): void {
    // A failed send means that the process is going: its 'exit' says so.
    this.#process?.send(message, sent);
  }
}
