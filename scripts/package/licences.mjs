import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OPENCV_VERSION } from '../setup/opencv-recipe.mjs';
import { opencvDir } from '../setup/opencv.mjs';
import { isLegalFile } from './module-files.mjs';
import { NODE_VERSION, nodeRuntimeDir } from './node-runtime.mjs';
import { COMPILED_IN, productionModules } from './production-modules.mjs';
import { OPENCV_PARTS } from './provenance.mjs';

const RULE = '='.repeat(100);

/**
 * The text of THIRD_PARTY_LICENSES: every licence once, under the names of all that it covers.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {import('./platforms.mjs').Platform} platform
 */
export async function thirdPartyLicences(setup, platform) {
  const covered = new Map();
  const add = (what, text) => covered.set(text.trim(), [...(covered.get(text.trim()) ?? []), what]);
  for (const { path, name, version } of productionModules(setup.root, platform)) {
    add(`${name} ${version}`, licenceOfPackage(join(setup.root, path)));
  }
  for (const name of COMPILED_IN) {
    const folder = join(setup.root, 'node_modules', name);
    add(`${name} ${manifestOf(folder).version} (compiled in)`, licenceOfPackage(folder));
  }
  const opencv = await opencvDir(setup);
  // OpenCV's licence is the one of this product: Apache License, Version 2.0.
  add(`OpenCV ${OPENCV_VERSION} (compiled in)`, readFileSync(join(setup.root, 'LICENSE'), 'utf8'));
  for (const { name, version, files } of OPENCV_PARTS) {
    const texts = files.map((file) => readFileSync(join(opencv, 'licenses', file), 'utf8'));
    add(`${name} ${version} (compiled in)`, texts.join('\n\n'));
  }
  add(`Node.js ${NODE_VERSION}`, readFileSync(join(nodeRuntimeDir(setup), 'LICENSE'), 'utf8'));

  const sections = [...covered].map(
    ([text, names]) => `${RULE}\n${names.sort().join('\n')}\n${RULE}\n\n${text}\n`,
  );
  return `Greengrass MLI for ${platform.id} contains the software named below, under the licences that follow each name.\n\n${sections.join('\n\n')}`;
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The package's own words; where it brings no file, what its manifest declares. */
function licenceOfPackage(folder) {
  const files = readdirSync(folder)
    .filter((name) => isLegalFile(name))
    .sort();
  if (files.length > 0)
    return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const { name, license, author } = manifestOf(folder);
  if (!license) throw new Error(`the package ${name} names no licence, so it cannot be shipped`);
  const holder = typeof author === 'object' ? author.name : (author ?? `the authors of ${name}`);
  return `Licence: ${license}\nCopyright: ${holder}`;
}
