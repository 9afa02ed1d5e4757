import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installFolder } from './install.js';

/** A process of the demo: another run of `mli`, as a component that the nucleus started would be. */
export class DemoProcess {
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #logFile: string | undefined;
  #stopping = false;
  #failedEarly = false;

  constructor(
    readonly name: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    options: { logFile?: boolean } = {},
  ) {
    this.#logFile = options.logFile
      ? path.join(mkdtempSync(path.join(tmpdir(), 'mli-demo-')), `${name}.log`)
      : undefined;
    const log = this.#logFile === undefined ? undefined : openSync(this.#logFile, 'w');
    this.#child = spawn(process.execPath, [path.join(installFolder, 'dist/main.js'), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', log ?? 'inherit', 'inherit'],
    });
    if (log !== undefined) closeSync(log);
    this.exited = once(this.#child, 'exit').then(() => {
      this.#failedEarly = !this.#stopping;
    });
  }

  /** It ended before it was asked to. */
  get failedEarly(): boolean {
    return this.#failedEarly;
  }

  get hint(): string {
    return this.#logFile === undefined ? '' : `Its log: ${this.#logFile}`;
  }

  expectExit(): void {
    this.#stopping = true;
  }

  /** SIGTERM, as the nucleus does it; by force after 15 s. */
  async stop(): Promise<void> {
    this.expectExit();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await this.exited;
    clearTimeout(timer);
  }
}
