import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { z } from 'zod';
import { describeError } from './errors/index.js';
import type { Logger } from './logger.js';
import type { PipelineSpec } from './pipeline/spec.js';
import { StateFile } from './state-file.js';

const stateSchema = z.strictObject({
  version: z.literal(2),
  /** A proof holds for the machine on which it was made. */
  machine: z.string(),
  /** Hashes of what was proven, the newest last. */
  proofs: z.array(z.string()),
});

const keep = 100;

/** Remembers which models have passed their golden samples on this machine, so that a restart need not prove them again. */
export class ProvenModels {
  readonly #file: StateFile<z.output<typeof stateSchema>>;
  readonly #logger: Logger;
  readonly #machine = `${process.arch} ${cpus()[0]?.model ?? ''}`;
  #proofs: Promise<string[]> | undefined;
  /** One write after the other: pipelines become ready together. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, logger: Logger) {
    this.#file = new StateFile(folder, 'proven-models.json', stateSchema);
    this.#logger = logger;
  }

  async has(spec: PipelineSpec): Promise<boolean> {
    return (await this.#load()).includes(proofOf(spec));
  }

  add(spec: PipelineSpec): Promise<void> {
    this.#writing = this.#writing.then(() => this.#add(proofOf(spec)));
    return this.#writing;
  }

  async #add(proof: string): Promise<void> {
    const before = await this.#load();
    if (before.includes(proof)) return;
    const proofs = [...before, proof].slice(-keep);
    this.#proofs = Promise.resolve(proofs);
    try {
      await this.#file.write({ version: 2, machine: this.#machine, proofs });
    } catch (error) {
      this.#logger.warn(
        `It cannot be remembered that a model was proven; the next start proves it again. ${describeError(error)}`,
      );
    }
  }

  #load(): Promise<string[]> {
    this.#proofs ??= this.#read();
    return this.#proofs;
  }

  async #read(): Promise<string[]> {
    try {
      const state = await this.#file.read();
      return state?.machine === this.#machine ? state.proofs : [];
    } catch (error) {
      this.#logger.warn(
        `What models were proven cannot be read; they are proven again. ${describeError(error)}`,
      );
      return [];
    }
  }
}

/** A proof holds for the artifact, and for what runs it. */
function proofOf({ model, dlr }: PipelineSpec): string {
  const proven = [model.sha256, model.target, dlr.library, dlr.sha256, dlr.storedLibrary, dlr.device];
  return createHash('sha256').update(JSON.stringify(proven)).digest('hex');
}
