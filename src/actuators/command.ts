import { spawn } from 'node:child_process';
import type { ActionOf } from '../config/action.js';
import { EdgeError } from '../errors/index.js';
import type { Actuator, ActuatorContext, Occasion } from './index.js';
import { fillInOccasion } from './messages.js';

/** All that a command gets of the component's environment: no token, no credentials. */
const environmentKeys = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
const keptOutputBytes = 500;

/** Runs a program of the allow-list with its arguments: no shell sees them. */
export class CommandActuator implements Actuator {
  readonly summary: string;
  readonly failSafe?: (signal: AbortSignal) => Promise<void>;
  readonly #argv: readonly string[];
  readonly #context: ActuatorContext;

  constructor({ run, failSafe }: ActionOf<'command'>, context: ActuatorContext) {
    this.summary = run[0] ?? '';
    this.#argv = run;
    this.#context = context;
    if (failSafe) this.failSafe = (signal) => this.#run(failSafe.do, undefined, signal);
  }

  act(occasion: Occasion, signal: AbortSignal): Promise<void> {
    return this.#run(this.#argv, occasion, signal);
  }

  async #run(argv: readonly string[], occasion: Occasion | undefined, signal: AbortSignal): Promise<void> {
    const { names, allowed } = this.#context;
    const [program = '', ...rest] = argv;
    const refuse = (reason: string) =>
      new EdgeError('ACTION_FAILED', { action: `command ${program}`, reason });
    if (!allowed.commands.includes(program)) throw refuse('it is not in actuators.commands');
    const args = rest.map((argument) => fillInOccasion(argument, occasion, names.pipeline));
    const env = Object.fromEntries(environmentKeys.map((key) => [key, process.env[key]]));
    // A group of its own: what it starts ends with it.
    const child = spawn(program, args, {
      env,
      shell: false,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      if (complaint.length < keptOutputBytes) complaint = (complaint + text).slice(0, keptOutputBytes);
    });
    const end = () => {
      if (child.pid !== undefined) endGroup(child.pid);
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        child.once('error', (error) => reject(refuse(error.message)));
        child.once('exit', (code, signalName) => {
          if (code === 0) resolve();
          else if (signal.aborted) reject(refuse('it took too long and was ended'));
          else
            reject(
              refuse(
                `it ended with ${signalName ?? `code ${code ?? 0}`}: ${complaint.trim() || 'no output'}`,
              ),
            );
        });
      });
    } finally {
      signal.removeEventListener('abort', end);
    }
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended in this moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
