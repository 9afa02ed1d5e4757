import { proveGolden } from './golden.js';
import { openModel, type OpenModel, type OpenModelSpec } from './load-model.js';
import { InferenceTurns } from './turns.js';

/** The one model of a process: loaded and proven once, run by one pipeline at a time. */
export class SharedModel {
  readonly turns = new InferenceTurns();
  #open: Promise<OpenModel> | undefined;
  #proof: Promise<void> | undefined;

  /**
   * Loads it for the first that asks. A model that failed is tried again for the next: its files may have come.
   * @param prove whether it has to pass its golden samples; one that takes the place of a better target has to anyway
   */
  async open(spec: OpenModelSpec, prove: boolean): Promise<OpenModel> {
    this.#open ??= this.#load(spec, prove).catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    const open = await this.#open;
    if (prove) await this.#prove(open);
    return open;
  }

  async #load(spec: OpenModelSpec, prove: boolean): Promise<OpenModel> {
    const open = await openModel(spec, prove);
    if (prove) this.#proof = Promise.resolve();
    return open;
  }

  /** Runs its golden samples, once, between the frames of those that it works for already. @throws as proveGolden does */
  #prove({ package: model, engine }: OpenModel): Promise<void> {
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
