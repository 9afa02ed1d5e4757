import { performance } from 'node:perf_hooks';
import { isEdgeError, type EdgeError, type ErrorCode } from '../errors/index.js';

/** Faults of the very bytes: the same revision will have them again. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MODEL_ARCHIVE_INVALID',
  'MODEL_ARCHIVE_UNSAFE',
  'MODEL_ARCHIVE_TOO_LARGE',
  'MODEL_DIGEST_MISMATCH',
  'MODEL_FILE_MISSING',
  'MODEL_MANIFEST_INVALID',
  'MODEL_MANIFEST_INCOMPLETE',
  'MODEL_NOT_RUNNABLE',
]);

/** In case it was the way that spoiled them. */
const rememberedMs = 3_600_000;

/** Remembers which revision of a source was no good, so that a poll does not fetch the same broken archive again and again. */
export class Refusals {
  readonly #refused = new Map<
    string,
    { readonly revision: string; readonly error: EdgeError; readonly at: number }
  >();

  /** @returns whether it is a fault of the very bytes */
  note(source: string, revision: string, error: unknown): boolean {
    if (!isEdgeError(error) || !lasting.has(error.code)) return false;
    this.#refused.set(source, { revision, error, at: performance.now() });
    return true;
  }

  /** @throws the EdgeError for which this revision was refused before */
  check(source: string, revision: string): void {
    const refused = this.#refused.get(source);
    if (refused?.revision === revision && performance.now() - refused.at < rememberedMs) throw refused.error;
  }
}
