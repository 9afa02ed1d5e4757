import { readFileSync } from 'node:fs';

let digests: ReadonlySet<string> | undefined;

/** Digests of the manifests of the packages that come with the product: pinned by it, as its code is. */
export function shippedDigests(): ReadonlySet<string> {
  if (!digests) {
    const text = readFileSync(new URL('../../models/shipped.json', import.meta.url), 'utf8');
    digests = new Set(Object.values(JSON.parse(text) as Record<string, string>));
  }
  return digests;
}
