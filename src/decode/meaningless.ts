import { EdgeError } from '../errors/index.js';
import type { Numbers } from '../tensor-values.js';

/**
 * NaN, infinite or all-zero outputs come from broken weights or memory: no decision may rest on them.
 * @param zeroIsValid where a model says "nothing" by zeros alone
 * @throws EdgeError OUTPUT_INVALID
 */
export function rejectMeaningless(model: string, outputs: readonly Numbers[], zeroIsValid = false): void {
  let anything = zeroIsValid;
  for (const values of outputs) {
    for (const value of values) {
      if (value) anything = true;
      if (Number.isFinite(value)) continue;
      throw new EdgeError('OUTPUT_INVALID', { model, reason: `they contain ${value}` });
    }
  }
  if (!anything) throw new EdgeError('OUTPUT_INVALID', { model, reason: 'all of them are zero' });
}
