import { spawn } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupFailure } from '../setup/failure.mjs';

/** The development nucleus and a subscriber, both from the checkout, as processes of their own. */
export class DeskNucleus {
  #process;
  #watch;
  /** What the subscriber received: topic and parsed payload. */
  messages = [];

  /** @param {string} root checkout, compiled @param {string} socket where the nucleus listens */
  constructor(root, socket) {
    this.main = join(root, 'dist', 'main.js');
    this.socket = socket;
  }

  /**
   * @param {string} recipe of the component @param {string} config file to deploy @param {{ uid: number, gid: number }} user who
   *   may connect
   * @returns {Promise<Record<string, string>>} the variables that the nucleus gives to the component
   */
  async start(recipe, config, { uid, gid }) {
    const args = [
      'nucleus',
      '--recipe',
      recipe,
      '--config',
      config,
      '--socket',
      this.socket,
      '--thing',
      'bare-device',
    ];
    // Its warnings are denied requests: they belong to what is proved.
    const quiet = { ...process.env, MLI_LOG_LEVEL: 'warn' };
    this.#process = spawn(process.execPath, [this.main, ...args], {
      env: quiet,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [component, observer] = await this.#printedVariables();
    chownSync(this.socket, uid, gid);
    chmodSync(dirname(this.socket), 0o755);
    const env = { ...process.env, ...observer };
    this.#watch = spawn(process.execPath, [this.main, 'watch', '--json', '#'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#watch.stdout }).on('line', (line) => {
      const { topic, payload } = JSON.parse(line);
      this.messages.push({ topic, at: performance.now(), message: asJson(payload) });
    });
    return component;
  }

  /** @param {(message: { topic: string }) => boolean} wanted @returns {Promise<void>} once so many came */
  async received(count, wanted, limitSeconds) {
    const end = performance.now() + limitSeconds * 1000;
    while (this.messages.filter(wanted).length < count) {
      if (performance.now() > end) {
        throw new SetupFailure(
          `${this.messages.filter(wanted).length} of ${count} messages came within ${limitSeconds} s`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  stop() {
    for (const child of [this.#watch, this.#process]) child?.kill('SIGTERM');
  }

  /** It prints two groups of `export NAME='value'`: the component's and the observer's. */
  async #printedVariables() {
    const groups = [];
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (line.startsWith('# ')) groups.push({});
      const [, name, value] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
      if (name) groups.at(-1)[name] = value;
      if (line.startsWith('Stop with')) return groups;
    }
    throw new SetupFailure('the development nucleus ended before it was ready');
  }
}

function asJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text; // other components may publish what they like
  }
}
