import { SetupFailure } from '../setup/failure.mjs';

/** Says why a proof failed and what to do, and sets the exit code; what is no failure of a step is thrown on. */
export function reportProofFailure(error) {
  if (!(error instanceof SetupFailure)) throw error;
  for (const line of error.tail) console.error(`    ${line}`);
  console.error(`not proved: ${error.message}`);
  if (error.remedy) console.error(`  what to do: ${error.remedy}`);
  process.exitCode = 1;
}
