import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { z } from 'zod';
import { describeError } from './errors/index.js';
import type { Logger } from './logger.js';
import { Turns } from './models/turns.js';
import type { OpenModelSpec } from './pipeline/load-model.js';
import { StateFile } from './state-file.js';

const choiceSchema = z.strictObject({
  /** Hash of the package, of what the configuration asks for, and of what runs it. */
  key: z.string(),
  target: z.string(),
});

const stateSchema = z.strictObject({
  version: z.literal(3),
  /** Proofs and choices hold for the machine on which they were made. */
  machine: z.string(),
  /** Hashes of what was proven, the newest last. */
  proofs: z.array(z.string()),
  /** Which target of a package was the fastest, the newest last. */
  choices: z.array(choiceSchema),
});

type State = z.output<typeof stateSchema>;

/** Before targets were measured. */
const versionTwo = z
  .strictObject({ version: z.literal(2), machine: z.string(), proofs: z.array(z.string()) })
  .transform((state): State => ({ ...state, version: 3, choices: [] }));

const keep = 100;

/**
 * Remembers which models have passed their golden samples on this machine, and which target of a package was the fastest, so that
 * a restart need not find out again.
 */
export class ProvenModels {
  readonly #file: StateFile<State>;
  readonly #logger: Logger;
  readonly #machine = `${process.arch} ${cpus()[0]?.model ?? ''}`;
  readonly #turns = new Turns();
  #state: Promise<State> | undefined;
  /** One write after the other: pipelines become ready together. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, logger: Logger) {
    this.#file = new StateFile(folder, 'proven-models.json', z.union([stateSchema, versionTwo]));
    this.#logger = logger;
  }

  async has(spec: OpenModelSpec): Promise<boolean> {
    return (await this.#load()).proofs.includes(proofOf(spec));
  }

  add(spec: OpenModelSpec): Promise<void> {
    const proof = proofOf(spec);
    return this.#change(({ proofs, ...rest }) =>
      proofs.includes(proof) ? undefined : { ...rest, proofs: [...proofs, proof].slice(-keep) },
    );
  }

  /** Has pipelines of one model seek its target one after the other, so that the first one finds it for all. */
  inTurn<T>(spec: OpenModelSpec, signal: AbortSignal, seek: () => Promise<T>): Promise<T> {
    return this.#turns.take(choiceKey(spec), signal, seek);
  }

  /** The target that was found best for it; undefined where none was sought. @param spec without a preferred target */
  async choiceFor(spec: OpenModelSpec): Promise<string | undefined> {
    const wanted = choiceKey(spec);
    return (await this.#load()).choices.find(({ key }) => key === wanted)?.target;
  }

  /** @param spec without a preferred target */
  choose(spec: OpenModelSpec, target: string): Promise<void> {
    const key = choiceKey(spec);
    return this.#change(({ choices, ...rest }) => ({
      ...rest,
      choices: [...choices.filter((choice) => choice.key !== key), { key, target }].slice(-keep),
    }));
  }

  /** Has its best target be sought anew. */
  forget(spec: OpenModelSpec): Promise<void> {
    const key = choiceKey(spec);
    return this.#change(({ choices, ...rest }) => ({
      ...rest,
      choices: choices.filter((choice) => choice.key !== key),
    }));
  }

  #change(change: (state: State) => State | undefined): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const next = change(await this.#load());
      if (!next) return;
      this.#state = Promise.resolve(next);
      try {
        await this.#file.write(next);
      } catch (error) {
        this.#logger.warn(
          `It cannot be remembered that a model was proven; the next start proves it again. ${describeError(error)}`,
        );
      }
    });
    return this.#writing;
  }

  #load(): Promise<State> {
    this.#state ??= this.#read();
    return this.#state;
  }

  async #read(): Promise<State> {
    const none: State = { version: 3, machine: this.#machine, proofs: [], choices: [] };
    try {
      const state = await this.#file.read();
      return state?.machine === this.#machine ? state : none;
    } catch (error) {
      this.#logger.warn(
        `What models were proven cannot be read; they are proven again. ${describeError(error)}`,
      );
      return none;
    }
  }
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** A proof holds for the artifact, and for what runs it. */
function proofOf({ model, dlr }: OpenModelSpec): string {
  const target = model.target ?? model.preferred;
  return hash([model.sha256, target, dlr.library, dlr.sha256, dlr.storedLibrary, dlr.device]);
}

/** What was the fastest may not be with more threads, or with another library. */
function choiceKey({ model, dlr }: OpenModelSpec): string {
  const wish = [model.sha256, model.runtime ?? 'auto', model.target];
  const libraries = [dlr.library, dlr.sha256, dlr.storedLibrary, process.env['MLI_LIBDLR']];
  return hash([wish, libraries, dlr.device, dlr.threads]);
}
