import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { logsDir } from '../scripts/setup/paths.mjs';

const mli = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The component as the nucleus would start it: `mli run`, its log in the cache. */
export class ComponentProcess {
  #child;

  /**
   * @param {import('./bench-nucleus.mjs').BenchNucleus} nucleus
   * @param {string} state folder of the component's state
   * @param {string} [node] the interpreter
   */
  constructor(nucleus, state, node = process.execPath) {
    mkdirSync(logsDir(), { recursive: true });
    const logFile = path.join(logsDir(), 'bench-component.log');
    const log = openSync(logFile, 'w');
    const env = { ...process.env, ...nucleus.environment, MLI_WORK: state };
    // As the recipe starts it.
    this.#child = spawn(node, ['--max-semi-space-size=2', mli, 'run'], { env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.exited = once(this.#child, 'exit');
    /** Rejects when the process ends. */
    this.failure = this.exited.then(([code, signal]) => {
      throw new Error(`mli run ended with ${signal ?? `code ${code}`}: see ${logFile}`);
    });
    // Its end at our own request is none.
    this.failure.catch(() => undefined);
  }

  get pid() {
    return this.#child.pid;
  }

  /** Processes of its pipelines. */
  get pipelinePids() {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  }

  /** The one process of pipelines. */
  get pipelinePid() {
    const [pid, ...others] = this.pipelinePids;
    if (pid === undefined || others.length > 0)
      throw new Error(`mli run has ${this.pipelinePids.length} children, expected its pipeline`);
    return pid;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await this.exited;
  }
}
