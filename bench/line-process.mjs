import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that is asked by a line of JSON and answers with a line of JSON: peers in C and Python, and our own half beside them. */
export class LineProcess {
  #child;
  #lines;
  #ended;

  /**
   * @param {string} command
   * @param {readonly string[]} args
   * @param {Record<string, string>} [environment] added to ours
   */
  constructor(command, args, environment = {}) {
    this.#child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
      this.#child.once('close', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    });
    // A write to a process that has just ended: the missing answer says so.
    this.#child.stdin.on('error', () => undefined);
    this.name = `${command} ${args.join(' ')}`;
  }

  /**
   * @param {unknown} request
   * @returns {Promise<any>} the next line that is JSON; the others are libdlr's, which prints to standard output now and then
   */
  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`${this.name} ${await this.#ended}`);
      if (/^[[{]/.test(value)) return JSON.parse(value);
    }
  }

  /** Closes its input, which ends it. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}
