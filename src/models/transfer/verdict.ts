import type { EdgeError } from '../../errors/index.js';

/** What a failed request means: trying again may help, or it is final. */
export type Verdict =
  | {
      readonly retry: string;
      /** What has arrived is no good: another object, or damaged. */ readonly startOver?: boolean;
    }
  | { readonly final: EdgeError };

/** Fewer bytes came than a living connection brings. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}
