export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Leaf {
  /** A scalar or an array: arrays are replaced whole. */
  value: Json;
  modifiedAt: number;
}
type Branch = Map<string, Branch | Leaf>;
type Node = Branch | Leaf;

/**
 * The configuration of one component: nested keys with the time of each leaf's last change, as both nuclei keep it, so that
 * an update that is older than the value there does nothing.
 */
export class ConfigurationTree {
  private root: Branch = new Map();

  /** The value at a path: a branch as an object, a leaf as `{ <last key>: value }`, which is how the IPC answers. */
  read(keyPath: readonly string[]): JsonObject | undefined {
    const node = this.find(keyPath);
    if (node === undefined) return undefined;
    return isBranch(node) ? toObject(node) : { [keyPath.at(-1) ?? '']: node.value };
  }

  has(keyPath: readonly string[]): boolean {
    return this.find(keyPath) !== undefined;
  }

  /** Whether the path ends in a leaf that was changed after the given time (milliseconds since 1970). */
  isNewerThan(keyPath: readonly string[], time: number): boolean {
    const node = this.find(keyPath);
    return node !== undefined && !isBranch(node) && node.modifiedAt > time;
  }

  /**
   * Merges a value into the place of a path.
   * @param time milliseconds since 1970; leaves that were changed later keep their value.
   * @returns the path of each leaf that has a new value.
   */
  merge(keyPath: readonly string[], value: Json, time: number): string[][] {
    const changed: string[][] = [];
    const parentPath = keyPath.slice(0, -1);
    const last = keyPath.at(-1);
    if (last === undefined) {
      if (isJsonObject(value)) mergeBranch(this.root, value, time, [], changed);
      return changed;
    }
    let branch = this.root;
    for (const key of parentPath) branch = enter(branch, key);
    mergeKey(branch, last, value, time, parentPath, changed);
    return changed;
  }

  /** Puts a whole new configuration in place. Returns the paths of changed, added and removed leaves. */
  replace(value: JsonObject, time: number): string[][] {
    const before = leaves(this.root, []);
    this.root = new Map();
    mergeBranch(this.root, value, time, [], []);
    const after = leaves(this.root, []);
    const paths = new Map([...before, ...after].map(([name, leaf]) => [name, leaf.path]));
    return [...paths]
      .filter(([name]) => !sameValue(before.get(name)?.value, after.get(name)?.value))
      .map(([, path]) => path);
  }

  private find(keyPath: readonly string[]): Node | undefined {
    let node: Node | undefined = this.root;
    for (const key of keyPath) {
      if (node === undefined || !isBranch(node)) return undefined;
      node = node.get(key);
    }
    return node;
  }
}

function isBranch(node: Node): node is Branch {
  return node instanceof Map;
}

function enter(branch: Branch, key: string): Branch {
  const child = branch.get(key);
  if (child !== undefined && isBranch(child)) return child;
  const created: Branch = new Map();
  branch.set(key, created);
  return created;
}

function mergeBranch(
  branch: Branch,
  value: JsonObject,
  time: number,
  path: readonly string[],
  changed: string[][],
): void {
  for (const [key, child] of Object.entries(value)) mergeKey(branch, key, child, time, path, changed);
}

function mergeKey(
  branch: Branch,
  key: string,
  value: Json,
  time: number,
  path: readonly string[],
  changed: string[][],
): void {
  const existing = branch.get(key);
  const here = [...path, key];
  if (existing !== undefined && !isBranch(existing) && existing.modifiedAt > time) return;
  if (isJsonObject(value)) {
    mergeBranch(enter(branch, key), value, time, here, changed);
    return;
  }
  branch.set(key, { value, modifiedAt: time });
  if (existing === undefined || isBranch(existing) || !sameValue(existing.value, value)) changed.push(here);
}

function toObject(branch: Branch): JsonObject {
  return Object.fromEntries(
    [...branch].map(([key, node]) => [key, isBranch(node) ? toObject(node) : node.value]),
  );
}

function leaves(branch: Branch, path: readonly string[]): Map<string, { path: string[]; value: Json }> {
  const found = new Map<string, { path: string[]; value: Json }>();
  for (const [key, node] of branch) {
    const here = [...path, key];
    if (!isBranch(node)) found.set(JSON.stringify(here), { path: here, value: node.value });
    else for (const [name, leaf] of leaves(node, here)) found.set(name, leaf);
  }
  return found;
}

function sameValue(left: Json | undefined, right: Json | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
