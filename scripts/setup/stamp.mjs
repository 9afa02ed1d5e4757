import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Remembers, per checkout, which result was verified and what it was made from. Stamps live in node_modules: whoever
 * deletes that has everything verified anew.
 */
const stampPath = (root, step) => join(root, 'node_modules', '.setup', `${step}.json`);

/**
 * @param {string} root checkout
 * @param {string} step
 * @param {string} key what the result was made from
 * @param {string} result path of the file that was verified
 */
export function writeStamp(root, step, key, result) {
  const path = stampPath(root, step);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify({ key, ...identity(result) }));
}

/** @returns {boolean} whether that very file, made from the same, was verified before */
export function isStamped(root, step, key, result) {
  try {
    const stamp = JSON.parse(readFileSync(stampPath(root, step), 'utf8'));
    const { size, mtimeMs } = identity(result);
    return stamp.key === key && stamp.size === size && stamp.mtimeMs === mtimeMs;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return false;
    throw error;
  }
}

function identity(path) {
  const { size, mtimeMs } = statSync(path);
  return { size, mtimeMs };
}
