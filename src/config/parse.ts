import type { z } from 'zod';
import { EdgeError } from '../errors/index.js';
import { fromAwsKeys, hasAwsKeys } from './aws-dlr.js';
import { documentSchema, type Configuration } from './document.js';

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');

/** One line an issue; unknown keys get a line each, since each is a separate mistake. */
function problemsOf(issues: readonly z.core.$ZodIssue[]): { path: string; message: string }[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'is not a known key' }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      // The alternative that got furthest says it best.
      const best = issue.errors.reduce((a, b) => (b.length < a.length ? b : a));
      return problemsOf(best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
    }
    return [{ path: pathOf(issue.path), message: issue.message }];
  });
}

/**
 * Checks a configuration and fills in the defaults; the keys of AWS's DLR component are understood too.
 * @param origin names the document in messages: a path, "of the component".
 * @throws EdgeError CONFIG_INVALID with all problems at once.
 */
export function parseConfiguration(document: unknown, origin: string): Configuration {
  const translated = hasAwsKeys(document) ? fromAwsKeys(document) : (document ?? {});
  const parsed = documentSchema.safeParse(translated);
  if (parsed.success) return parsed.data;
  throw new EdgeError('CONFIG_INVALID', { origin, problems: problemsOf(parsed.error.issues) });
}
