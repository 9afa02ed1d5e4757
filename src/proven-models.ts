import { cpus } from 'node:os';
import { z } from 'zod';
import { describeError } from './errors/index.js';
import type { Logger } from './logger.js';
import { StateFile } from './state-file.js';

const stateSchema = z.strictObject({
  version: z.literal(1),
  /** A proof holds for the machine on which it was made. */
  machine: z.string(),
  /** Digests of manifests, the newest last. */
  digests: z.array(z.string()),
});

const keep = 100;

/** Remembers which models have passed their golden samples on this machine, so that a restart need not prove them again. */
export class ProvenModels {
  readonly #file: StateFile<z.output<typeof stateSchema>>;
  readonly #logger: Logger;
  readonly #machine = `${process.arch} ${cpus()[0]?.model ?? ''}`;
  #digests: string[] | undefined;

  constructor(folder: string, logger: Logger) {
    this.#file = new StateFile(folder, 'proven-models.json', stateSchema);
    this.#logger = logger;
  }

  /** @param digest of the manifest */
  async has(digest: string | undefined): Promise<boolean> {
    return digest !== undefined && (await this.#load()).includes(digest);
  }

  async add(digest: string): Promise<void> {
    const digests = await this.#load();
    if (digests.includes(digest)) return;
    this.#digests = [...digests, digest].slice(-keep);
    try {
      await this.#file.write({ version: 1, machine: this.#machine, digests: this.#digests });
    } catch (error) {
      this.#logger.warn(
        `It cannot be remembered that a model was proven; the next start proves it again. ${describeError(error)}`,
      );
    }
  }

  async #load(): Promise<string[]> {
    if (this.#digests) return this.#digests;
    try {
      const state = await this.#file.read();
      this.#digests = state?.machine === this.#machine ? state.digests : [];
    } catch (error) {
      this.#logger.warn(
        `What models were proven cannot be read; they are proven again. ${describeError(error)}`,
      );
      this.#digests = [];
    }
    return this.#digests;
  }
}
