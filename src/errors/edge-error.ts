import { catalogue, type ErrorCode, type ErrorDetails, type ErrorEntry } from './catalogue/index.js';

/**
 * The one error class. `code` is permanent (scripts and alarms may match it), `message` names the value and the rule,
 * `remedy` says what to do. `fatal` errors end the process in order, with the remedy on the last line.
 *
 * @example throw new EdgeError('MODEL_LOAD_FAILED', { path, text: 'Found multiple .json files' }, { cause });
 */
export class EdgeError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'EdgeError';
  readonly code: C;
  readonly details: ErrorDetails<C>;
  readonly remedy: string;
  readonly fatal: boolean;

  constructor(code: C, details: ErrorDetails<C>, options?: ErrorOptions) {
    const entry = catalogue[code] as ErrorEntry<ErrorDetails<C>>;
    super(entry.message(details), options);
    this.code = code;
    this.details = details;
    this.remedy = typeof entry.remedy === 'string' ? entry.remedy : entry.remedy(details);
    this.fatal = entry.fatal ?? false;
  }
}

export function isEdgeError(error: unknown): error is EdgeError {
  return error instanceof EdgeError;
}

/** The sentence that a person reads: message and remedy for ours, the message (or the value: opencv4nodejs throws strings) for others. */
export function describeError(error: unknown): string {
  if (isEdgeError(error)) return `${error.message} ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
