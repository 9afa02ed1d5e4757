/** How far one golden sample is from what it should be. */
export interface GoldenDifference {
  readonly sample: string;
  readonly tolerance: number;
  /** The largest of a raw output; NaN where an output is missing, of another size, or no number. */
  readonly difference: number;
  /** Where it is: `output 0[3]`. */
  readonly place: string;
  /** In words: what is there instead of what. */
  readonly text: string;
}

/** Within its tolerance; written so that NaN is not. */
export const isGood = ({ difference, tolerance }: GoldenDifference): boolean => difference <= tolerance;
