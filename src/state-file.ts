import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { homedir } from 'node:os';
import type { z } from 'zod';
import { unlessMissing } from './missing.js';

/** Where the component keeps its state: its Greengrass work folder, or the user's state folder on a desk. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const desk = environment['XDG_STATE_HOME'] || path.join(homedir(), '.local/state');
  return environment['MLI_WORK'] || path.join(desk, 'greengrass-mli');
}

/**
 * A JSON file of the component's state. It carries a version: one of another version (an up- or downgrade) or a damaged one is
 * kept aside and replaced, never guessed at. Writes are atomic.
 */
export class StateFile<T extends { version: number }> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;

  constructor(folder: string, name: string, schema: z.ZodType<T>) {
    this.#path = path.join(folder, name);
    this.#schema = schema;
  }

  /** @returns undefined where there is none that can be used */
  async read(): Promise<T | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(unlessMissing(undefined));
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch {
      await rename(this.#path, `${this.#path}.kept-${Date.now()}`);
      return undefined;
    }
  }

  async write(state: T): Promise<void> {
    await mkdir(path.dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify(state), { flush: true });
    await rename(temporary, this.#path);
  }
}
