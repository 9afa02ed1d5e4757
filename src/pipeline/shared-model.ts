import { proveGolden } from './golden.js';
import { openModel, type OpenModel, type OpenModelSpec } from './load-model.js';
import { InferenceTurns } from './turns.js';

/** The one model of a process: loaded and proven once, run by one pipeline at a time. */
export class SharedModel {
  readonly turns = new InferenceTurns();
  #open: Promise<OpenModel> | undefined;
  #proof: Promise<void> | undefined;

  /** Loads it for the first that asks. A model that failed is tried again for the next: its files may have come. */
  open(spec: OpenModelSpec): Promise<OpenModel> {
    this.#open ??= openModel(spec).catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    return this.#open;
  }

  /** Runs its golden samples, once. @throws as proveGolden does */
  prove({ package: model, engine }: OpenModel): Promise<void> {
    this.#proof ??= this.turns
      .frame(() => proveGolden(model, engine))
      .catch((error: unknown) => {
        this.#proof = undefined;
        throw error;
      });
    return this.#proof;
  }

  async dispose(): Promise<void> {
    const open = await this.#open?.catch(() => undefined);
    await open?.engine.dispose();
  }
}
