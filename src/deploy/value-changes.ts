import { isDeepStrictEqual } from 'node:util';

/** A value of a document that is new, gone, or another one. */
export interface ValueChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The values in which two documents differ, by path. Lists are values: Greengrass replaces them as a whole.
 * `undefined` stands for what is not there.
 */
export function valueChanges(before: unknown, after: unknown, path = ''): ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  // A branch that is new or gone is told by its values, where it has any.
  const [left, right] = [branch(before ?? {}), branch(after ?? {})];
  const keys = left && right ? [...new Set([...Object.keys(left), ...Object.keys(right)])] : [];
  if (!left || !right || keys.length === 0) return [{ path, before, after }];
  return keys.flatMap((key) => valueChanges(left[key], right[key], join(path, key)));
}

const branch = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

/** As `--set` takes it: a key that has a dot itself stands in brackets. */
const join = (path: string, key: string): string => {
  if (/[.[\]]/.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
};
