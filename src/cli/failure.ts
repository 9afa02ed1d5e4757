import { isEdgeError } from '../errors/index.js';

/** Exit codes: 0 done, 1 failed, 2 the call or the configuration is wrong. */
export const exitCodes = { failed: 1, usage: 2 } as const;

/** The one place that decides how a command that failed ends: the message, the remedy on the last line, the exit code. */
export function reportFailure(error: unknown): number {
  if (isEdgeError(error)) {
    process.stderr.write(`mli: ${error.message}\n${error.remedy}\n`);
    return /^(CONFIG|OVERRIDE)_/.test(error.code) ? exitCodes.usage : exitCodes.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `mli: ${text}\nThis is a fault of the program: please report it with the lines above.\n`,
  );
  return exitCodes.failed;
}
