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

/** Who holds the rights, where a package names its licence and neither brings its text nor says who. */
const HOLDERS = { 'onnxruntime-node': 'Microsoft Corporation' };

/** The MIT licence, as opensource.org/license/mit has it. */
const mit = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The package's own words; where it brings no file, what its manifest declares. */
function licenceOfPackage(folder) {
  const files = readdirSync(folder)
    .filter((name) => isLegalFile(name))
    .sort();
  if (files.length > 0)
    return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const { name, license, author } = manifestOf(folder);
  if (HOLDERS[name] && license === 'MIT') return mit(HOLDERS[name]);
  if (!license) throw new Error(`the package ${name} names no licence, so it cannot be shipped`);
  const holder = typeof author === 'object' ? author.name : (author ?? `the authors of ${name}`);
  return `Licence: ${license}\nCopyright: ${holder}`;
}
