import { EdgeError } from '../errors/index.js';
import type { EngineRequest } from './index.js';
import type { Binding } from './native/binding.js';
import { toEdgeError } from './native/native-error.js';

export interface VersionNeed {
  /** Of the model, for messages. */
  readonly path: string;
  readonly minVersion: string;
  readonly runtime: EngineRequest['runtime'];
  readonly library: string;
}

/**
 * Refuses a runtime that is older than a model needs, before it reads anything of the model. One that does not say its version is
 * tried: golden samples tell what a number cannot.
 * @param known the library's version where that is known without asking it
 * @throws EdgeError MODEL_RUNTIME_TOO_OLD, LIBDLR_*, ONNXRUNTIME_UNLOADABLE
 */
export function requireVersion(need: VersionNeed, addon: Binding, known?: string): void {
  const actual = known ?? askVersion(need, addon);
  if (isOlder(actual, need.minVersion)) throw new EdgeError('MODEL_RUNTIME_TOO_OLD', { ...need, actual });
}

function askVersion({ runtime, library, path }: VersionNeed, addon: Binding): string {
  try {
    return addon.runtimeVersion({ runtime, library });
  } catch (error) {
    throw toEdgeError(error, path);
  }
}

function isOlder(actual: string, needed: string): boolean {
  const [have, need] = [numbersOf(actual), numbersOf(needed)];
  const place = need.findIndex((number, index) => number !== have[index]);
  return have.length > 0 && (have[place] ?? 0) < (need[place] ?? 0);
}

/** `1.6` is 1.6.0; none where it is no version, such as `unknown`. */
function numbersOf(version: string): number[] {
  const parts: (string | undefined)[] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  return parts.map((part) => Number(part ?? 0));
}
