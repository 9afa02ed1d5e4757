import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const mli = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The development nucleus as `mli nucleus`, in a process of its own: its work must not count as the component's. */
export class NucleusProcess {
  #child;

  /** Environment of the component mli.Inference, which the nucleus prints for a shell. */
  environment = /** @type {Record<string, string>} */ ({});

  static async start() {
    const nucleus = new NucleusProcess();
    await nucleus.#start();
    return nucleus;
  }

  async #start() {
    const environment = { ...process.env, MLI_LOG_LEVEL: 'error' };
    this.#child = spawn(process.execPath, [mli, 'nucleus'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const chunk of this.#child.stdout.setEncoding('utf8')) {
      text += chunk;
      // The variables of the component come first, those of the observer after an empty line.
      if (text.includes('\n\n')) break;
    }
    const lines = text.split('\n\n', 1)[0].matchAll(/^export (\w+)='(.*)'$/gm);
    this.environment = Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
    if (!('SVCUID' in this.environment))
      throw new Error(`mli nucleus ended or said what is not understood here: ${text}`);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
