import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libdlr } from '../setup/libdlr.mjs';
import { lockCache } from '../setup/lock.mjs';
import { libdlrPath } from '../setup/paths.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { runSteps } from '../setup/sequence.mjs';
import { checkNative } from './elf.mjs';
import { FileTree } from './file-tree.mjs';

/** Archives of the components that the inference component finds through the store: each registers itself (register.sh). */

const withRegistration = (root) => {
  const tree = new FileTree();
  tree.addFile('register.sh', join(root, 'scripts', 'package', 'register.sh'), { executable: true });
  tree.addFile('LICENSE', join(root, 'LICENSE'));
  return tree;
};

const NO_LIBRARY = `There is no libdlr.so for this processor that may be passed on freely: it comes with the compiled model, with AWS's
variant.DLR component, or from your own build. Give its path in MLI_LIBDLR_ARM64 when you build this component, and its digest in
dlr.sha256 of the configuration.
`;

const LIBDLR_NOTE = `libdlr.so of the Neo AI Deep Learning Runtime (DLR), Apache License 2.0: see LICENSE.
It contains TVM, dmlc-core, dlpack and treelite, all under the same licence, and JSON for Modern C++ (nlohmann/json) under this one:

MIT License. Copyright (c) 2013-2020 Niels Lohmann

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions
of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/**
 * mli.runtime.DLR: libdlr.so. x64 has the published one; for arm64 this is the place of the user's own.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {import('./platforms.mjs').Platform} platform
 */
export async function runtimeArchive(setup, platform) {
  const tree = withRegistration(setup.root);
  const library = await libraryFor(setup, platform);
  if (library === undefined) {
    tree.addContent('README', NO_LIBRARY);
    return tree;
  }
  checkNative(library, readFileSync(library), platform);
  tree.addFile('libdlr.so', library);
  tree.addContent('THIRD_PARTY_LICENSES', LIBDLR_NOTE);
  return tree;
}

async function libraryFor(setup, { arch }) {
  const own = process.env[`MLI_LIBDLR_${arch.toUpperCase()}`];
  if (own) {
    if (existsSync(own)) return own;
    throw new SetupFailure(`MLI_LIBDLR_${arch.toUpperCase()} names ${own}, which is not there`);
  }
  const published = libdlrPath({ ...process.env, MLI_LIBDLR: '' }, arch);
  if (published !== undefined && !existsSync(published)) {
    await runSteps([libdlr], setup, (onWait) => lockCache(setup.cache, onWait));
  }
  return published;
}

/**
 * A model package, whole: its manifest names the targets of all platforms and the digest of each file.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {string} name of the folder in `models`
 * @throws {SetupFailure} when a file that the manifest lists is not there
 */
export function modelArchive(setup, name) {
  const folder = join(setup.root, 'models', name);
  const manifest = join(folder, 'model.json');
  if (!existsSync(manifest)) {
    throw new SetupFailure(`there is no model package models/${name}`, {
      remedy: 'docs/model-package.md says how one is made',
    });
  }
  const { files, targets } = JSON.parse(readFileSync(manifest, 'utf8'));
  const listed = [
    ...Object.keys(files),
    ...targets.flatMap((target) => Object.keys(target.files).map((file) => `${target.path}/${file}`)),
  ];
  const tree = withRegistration(setup.root);
  tree.addFile(`${name}/model.json`, manifest);
  for (const file of listed) {
    const path = join(folder, file);
    if (!existsSync(path))
      throw new SetupFailure(`models/${name}/model.json lists ${file}, which is not there`);
    tree.addFile(`${name}/${file}`, path);
  }
  return tree;
}
