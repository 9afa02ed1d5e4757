import { statSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of test data that is not ours to ship, from MLI_TEST_DATA; undefined where it is unset. A named folder that is
 * missing is a failure, not a skip.
 */
export function testData(...parts: string[]): string | undefined {
  const root = process.env['MLI_TEST_DATA'];
  if (root === undefined) return undefined;
  const folder = path.join(root, ...parts);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(
      `MLI_TEST_DATA names ${root}, which has no folder ${parts.join('/')}: correct it, or unset it to skip these tests`,
    );
  }
  return folder;
}
