import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment, nodeOptions } from '../pipeline/pipeline-process.js';
import type { Fault } from '../pipeline/messages.js';
import type { FromProbe, ProbeJob, ProbeReport, ToProbe } from './messages.js';

/** Compiled code in every case, as for pipeline processes. */
export const probeEntry = fileURLToPath(new URL('../../dist/selection/probe-process.js', import.meta.url));

/** A model that takes longer to load and to prove, or to run once, hangs. */
const loadLimitSeconds = 60;
const runLimitSeconds = 30;

/** Why a probe gave no answer. */
export class ProbeFailure extends Error {
  readonly code: string;

  constructor({ code, message }: Fault) {
    super(message);
    this.code = code;
  }
}

/** A process that tries one target. One question at a time. */
export class TargetProbe {
  readonly #entry: string;
  #process: ChildProcess | undefined;
  #settle: ((answer: FromProbe) => void) | undefined;
  #gone: Fault | undefined;

  /** @param entry the module that the process runs; tests give a fake */
  constructor(entry: string = probeEntry) {
    this.#entry = entry;
  }

  /** @throws ProbeFailure */
  async load(job: ProbeJob): Promise<ProbeReport> {
    this.#start();
    const answer = await this.#ask({ type: 'load', job }, loadLimitSeconds);
    if (answer.type === 'loaded') return answer.report;
    throw failureOf(answer);
  }

  /** @returns milliseconds of each run @throws ProbeFailure */
  async run(count: number): Promise<readonly number[]> {
    const answer = await this.#ask({ type: 'run', count }, runLimitSeconds * count);
    if (answer.type === 'ran') return answer.runsMs;
    throw failureOf(answer);
  }

  /** At once, whatever it is at. */
  close(): void {
    this.#process?.kill('SIGKILL');
  }

  #start(): void {
    // With no descriptors or memory left, fork throws.
    try {
      const child = fork(this.#entry, [], {
        env: childEnvironment(),
        execArgv: nodeOptions,
        serialization: 'advanced',
        // Libraries print there, and it is the component's log; standard output may be a table.
        stdio: ['ignore', 2, 2, 'ipc'],
      });
      this.#process = child;
      child.on('message', (answer: FromProbe) => this.#settle?.(answer));
      child.once('error', (error) => this.#end(`its process could not be started: ${error.message}`));
      child.once('exit', (code, signal) =>
        this.#end(`its process ended: ${signal ? `signal ${signal}` : `exit code ${String(code)}`}`),
      );
    } catch (error) {
      this.#end(`its process could not be started: ${(error as Error).message}`);
    }
  }

  #end(message: string): void {
    this.#gone ??= { code: 'PROBE_ENDED', message };
    this.#settle?.({ type: 'failed', fault: this.#gone });
  }

  #ask(question: ToProbe, limitSeconds: number): Promise<FromProbe> {
    return new Promise((resolve) => {
      if (this.#gone) {
        resolve({ type: 'failed', fault: this.#gone });
        return;
      }
      const timer = setTimeout(() => {
        this.#end(`it gave no answer within ${limitSeconds} s`);
        this.close();
      }, limitSeconds * 1000);
      this.#settle = (answer) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(answer);
      };
      // A failed send means that the process is going: its 'exit' says so.
      this.#process?.send(question, () => undefined);
    });
  }
}

const failureOf = (answer: FromProbe): ProbeFailure =>
  new ProbeFailure(
    answer.type === 'failed' ? answer.fault : { code: 'UNEXPECTED', message: `it answered ${answer.type}` },
  );
