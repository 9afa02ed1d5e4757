import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ActionOf } from '../config/action.js';
import { describeError, EdgeError } from '../errors/index.js';
import type { Actuator, ActuatorContext } from './index.js';

const run = promisify(execFile);

/** A line that had to be set has failed where the tool ends within this time. */
const settleMs = 100;

/**
 * Drives a line of a GPIO chip by libgpiod's `gpioset`, which holds it as long as it runs. It ends with its standard input, so that
 * no orphan holds a line after a crash of the component. Where there is no chip or no tool the line is simulated, and says so.
 */
export class GpioActuator implements Actuator {
  readonly summary: string;
  readonly failSafe?: () => Promise<void>;
  readonly #config: ActionOf<'gpio'>;
  readonly #context: ActuatorContext;
  readonly #simulated: boolean;
  #holder: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Changes of the line, one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(config: ActionOf<'gpio'>, context: ActuatorContext) {
    const { chip, line, failSafe } = config;
    this.#config = config;
    this.#context = context;
    this.#simulated = !existsSync(`/dev/${chip}`) && process.env['MLI_GPIOSET'] === undefined;
    this.summary = `${this.#simulated ? 'simulated ' : ''}${chip} line ${line}`;
    if (this.#simulated)
      context.logger.warn(
        { chip, line },
        `There is no /dev/${chip}: the line is simulated, nothing is switched.`,
      );
    if (failSafe) this.failSafe = () => this.#set(failSafe.do);
  }

  async act(): Promise<void> {
    const { level, holdSeconds } = this.#config;
    clearTimeout(this.#timer);
    await this.#set(level);
    if (holdSeconds !== null) this.#timer = setTimeout(() => void this.#rest(), holdSeconds * 1000);
  }

  async release(): Promise<void> {
    if (this.#config.holdSeconds === null) await this.#set(1 - this.#config.level);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#changes.catch(() => undefined);
    this.#holder?.stdin?.end();
    this.#holder = undefined;
  }

  async #rest(): Promise<void> {
    try {
      await this.#set(1 - this.#config.level);
    } catch (error) {
      this.#context.logger.error(describeError(error));
    }
  }

  #set(level: number): Promise<void> {
    const change = this.#changes.catch(() => undefined).then(() => this.#switch(level));
    this.#changes = change;
    return change;
  }

  async #switch(level: number): Promise<void> {
    const { chip, line } = this.#config;
    if (this.#simulated) {
      this.#context.logger.info({ chip, line, level }, 'simulated line');
      return;
    }
    const tool = process.env['MLI_GPIOSET'] ?? 'gpioset';
    const fail = (reason: string) => new EdgeError('ACTION_FAILED', { action: this.summary, reason });
    const args =
      (await majorVersion(tool, fail)) >= 2
        ? ['--interactive', '--chip', chip, `${line}=${level}`]
        : ['--mode=wait', chip, `${line}=${level}`];
    await this.#letGo();
    const holder = spawn(tool, args, {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
    let complaint = '';
    holder.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(0, 300)));
    // It may end before its input does.
    holder.stdin.on('error', () => undefined);
    this.#holder = holder;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, settleMs);
      const end = (reason: string) => {
        clearTimeout(timer);
        if (this.#holder === holder) this.#holder = undefined;
        reject(fail(reason));
      };
      holder.once('error', (error) => end(error.message));
      holder.once('exit', (code) => end(`gpioset ended with code ${code ?? 'none'}: ${complaint.trim()}`));
    });
  }

  /** The line must be free before another process can ask for it. */
  async #letGo(): Promise<void> {
    const holder = this.#holder;
    this.#holder = undefined;
    if (!holder || holder.exitCode !== null || holder.signalCode !== null) return;
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.stdin?.end();
    const timer = setTimeout(() => holder.kill('SIGKILL'), 1000);
    await ended;
    clearTimeout(timer);
  }
}

/** `gpioset (libgpiod) v1.6.3` and `gpioset (libgpiod) v2.1.3` take different arguments. */
async function majorVersion(tool: string, fail: (reason: string) => EdgeError): Promise<number> {
  try {
    const { stdout } = await run(tool, ['--version'], { timeout: 5000 });
    const major = /v(\d+)\./.exec(stdout)?.[1];
    if (major === undefined) throw new Error(`it does not tell its version: ${stdout.slice(0, 100)}`);
    return Number(major);
  } catch (error) {
    throw fail(`libgpiod's gpioset cannot be run: ${(error as Error).message}`);
  }
}
