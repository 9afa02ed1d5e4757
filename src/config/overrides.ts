import { parse } from 'yaml';
import { EdgeError } from '../errors/index.js';

type Branch = Record<string, unknown>;

/**
 * Applies `path=value` overrides to a copy of the document: keys separated by dots, list elements by number
 * (`pipelines.belt-1.rules.0.cooldownSeconds=5`), the value read as YAML (so `true`, `0.5`, `null` and `[1, 2]` mean what they say).
 * A key that itself has a dot is written in brackets: `pipelines[line.1].model=x`.
 * @throws EdgeError OVERRIDE_INVALID
 */
export function applyOverrides(document: unknown, overrides: readonly string[]): unknown {
  const copy: unknown = structuredClone(document ?? {});
  for (const override of overrides) setValue(copy, override);
  return copy;
}

function setValue(document: unknown, override: string): void {
  const refuse = (reason: string) => new EdgeError('OVERRIDE_INVALID', { override, reason });
  const equals = override.indexOf('=');
  if (equals < 1) throw refuse('there is no "path=" in it');
  const keys = [...override.slice(0, equals).matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const last = keys.pop();
  if (last === undefined || [...keys, last].includes('__proto__')) throw refuse('the path names no key');

  let branch = document;
  for (const key of keys) {
    if (!isBranch(branch)) throw refuse(`"${key}" lies below a plain value`);
    checkKey(branch, key, refuse);
    branch = branch[key] ??= {};
  }
  if (!isBranch(branch)) throw refuse(`"${last}" lies below a plain value`);
  checkKey(branch, last, refuse);
  try {
    branch[last] = parse(override.slice(equals + 1)) as unknown;
  } catch (error) {
    throw new EdgeError(
      'OVERRIDE_INVALID',
      { override, reason: `the value is not YAML: ${(error as Error).message}` },
      { cause: error },
    );
  }
}

function checkKey(branch: Branch, key: string, refuse: (reason: string) => EdgeError): void {
  if (Array.isArray(branch) && !/^\d+$/.test(key))
    throw refuse(`"${key}" is no number of an element of a list`);
}

/** Lists count as branches: their elements are addressed by number. */
const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;
