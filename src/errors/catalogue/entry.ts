/** One kind of error: the sentences live here, C++ and the stages only know the code and the details. */
export interface ErrorEntry<Details> {
  /** Names the value and the rule; ends with a full stop. */
  message(details: Details): string;
  /** What to do about it; ends with a full stop. */
  remedy: string | ((details: Details) => string);
  /** True where the process cannot go on: orderly stop, non-zero exit. */
  fatal?: boolean;
}

export const entry = <Details>(value: ErrorEntry<Details>): ErrorEntry<Details> => value;
