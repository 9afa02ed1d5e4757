// The live page is served as it is written: its files go beside the compiled code.
import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} root of the checkout */
export function copyPage(root) {
  cpSync(join(root, 'src/dashboard/page'), join(root, 'dist/dashboard/page'), { recursive: true });
}

if (import.meta.filename === process.argv[1]) copyPage(join(import.meta.dirname, '..'));
