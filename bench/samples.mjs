import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFolder } from './workload.mjs';

const folders = [
  fileURLToPath(new URL('../samples/belt', import.meta.url)),
  path.join(modelFolder, 'golden'),
];
const isPicture = (name) => /\.(jpe?g|png)$/.test(name);

/** The pictures of the demo; in a checkout where they are not rendered yet, those that prove the model. */
export const sampleFolder = folders.find((folder) => readdirSync(folder).some(isPicture)) ?? folders[0];

/** @returns {string[]} absolute paths, in the order of their names */
export function samplePictures() {
  const names = readdirSync(sampleFolder).filter(isPicture).sort();
  if (names.length === 0) throw new Error(`There are no pictures in any of ${folders.join(', ')}`);
  return names.map((name) => path.join(sampleFolder, name));
}
