import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the product is installed: the checkout, or the component's unpacked artifact. */
export const installFolder = fileURLToPath(new URL('../../', import.meta.url));

export const productVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
