import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the packages lie that come with the product; they are there as long as it is. */
export const shippedFolder = fileURLToPath(new URL('../../models', import.meta.url));

let digests: ReadonlySet<string> | undefined;

/** Digests of the manifests of the packages that come with the product: pinned by it, as its code is. */
export function shippedDigests(): ReadonlySet<string> {
  if (!digests) {
    const text = readFileSync(path.join(shippedFolder, 'shipped.json'), 'utf8');
    digests = new Set(Object.values(JSON.parse(text) as Record<string, string>));
  }
  return digests;
}
