const pattern = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Orders two semantic versions (semver.org, section 11): a pre-release comes before its release, build data does not count.
 * @returns below 0, 0 or above 0; what is no semantic version comes before what is one.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [pattern.exec(a), pattern.exec(b)];
  if (!left || !right) return Number(left !== null) - Number(right !== null);
  for (const part of [1, 2, 3]) {
    const difference = Number(left[part]) - Number(right[part]);
    if (difference !== 0) return difference;
  }
  const [before, after] = [left[4], right[4]];
  if (before === undefined || after === undefined)
    return Number(before === undefined) - Number(after === undefined);
  return comparePreReleases(before.split('.'), after.split('.'));
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (identifier === other) continue;
    const [numeric, otherNumeric] = [/^\d+$/.test(identifier), /^\d+$/.test(other)];
    if (numeric && otherNumeric) return Number(identifier) - Number(other);
    if (numeric !== otherNumeric) return numeric ? -1 : 1;
    return identifier < other ? -1 : 1;
  }
  return a.length - b.length;
}
