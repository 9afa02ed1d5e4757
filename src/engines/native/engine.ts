import type { Tensor } from '../../types.js';
import type { Engine, EngineInfo, EngineInput } from '../index.js';
import type { ModelState, NativeModel, RunTimes } from './binding.js';
import { toEdgeError } from './native-error.js';

/**
 * A model that the addon has loaded. Loading, running and freeing happen on a thread of the model's own; runs that are
 * asked for while one is in flight wait for it, in order. Typed arrays that are given to run() belong to it until it settles:
 * they must be neither written to nor transferred.
 */
export class NativeEngine implements Engine {
  readonly info: EngineInfo;
  readonly #native: NativeModel;
  readonly #path: string;

  /** @param path of the model, for messages */
  constructor(native: NativeModel, runtime: EngineInfo['runtime'], path: string) {
    const { backend, libraryVersion, inputs, outputs, threads } = native.metadata;
    this.info = { runtime, backend, runtimeVersion: libraryVersion, inputs, outputs, threads };
    this.#native = native;
    this.#path = path;
  }

  get state(): ModelState {
    return this.#native.getState();
  }

  /** What the model's thread took for the run that was settled last, in ms; the rest of a call is the way there and back. */
  get lastRunMs(): RunTimes {
    return this.#native.getLastRunMs();
  }

  async run(input: EngineInput): Promise<Tensor[]> {
    try {
      return await this.#native.run(input);
    } catch (error) {
      throw toEdgeError(error, this.#path);
    }
  }

  async dispose(): Promise<void> {
    await this.#native.dispose();
  }
}
