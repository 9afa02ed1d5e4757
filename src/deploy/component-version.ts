import { EdgeError } from '../errors/index.js';

/** A component that is to be deployed; without a version, the newest. */
export interface RequestedComponent {
  readonly name: string;
  readonly version: string | undefined;
}

const versionPattern = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** @param text `NAME` or `NAME=VERSION`; @throws EdgeError DEPLOY_COMPONENT_INVALID */
export function parseRequestedComponent(text: string): RequestedComponent {
  const [name = '', version, ...rest] = text.split('=');
  const valid = /^[a-zA-Z0-9\-_.]{1,128}$/.test(name) && rest.length === 0;
  if (!valid || (version !== undefined && !versionPattern.test(version))) {
    throw new EdgeError('DEPLOY_COMPONENT_INVALID', { component: text });
  }
  return { name, version };
}

interface Parsed {
  readonly numbers: readonly number[];
  readonly prerelease: string | undefined;
}

function parse(version: string): Parsed {
  const [, major, minor, patch, prerelease] = versionPattern.exec(version) ?? [];
  return { numbers: [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0)], prerelease };
}

/** Older versions first; what precedes a release (1.0.0-beta) is older than it. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.prerelease === right.prerelease) return 0;
  if (left.prerelease === undefined) return 1;
  if (right.prerelease === undefined) return -1;
  return left.prerelease < right.prerelease ? -1 : 1;
}

export const newestOf = (versions: readonly string[]): string | undefined =>
  [...versions].sort(compareVersions).at(-1);

/** The version that GDK's NEXT_PATCH means: one patch above the highest, 1.0.0 where there is none. */
export function nextPatch(versions: readonly string[]): string {
  const newest = newestOf(versions);
  if (newest === undefined) return '1.0.0';
  const [major = 0, minor = 0, patch = 0] = parse(newest).numbers;
  return `${major}.${minor}.${patch + 1}`;
}
