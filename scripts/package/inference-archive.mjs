import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addonBinaryPath } from './addon-binary.mjs';
import { checkNative } from './elf.mjs';
import { bytesOf, FileTree } from './file-tree.mjs';
import { thirdPartyLicences } from './licences.mjs';
import { shipsModuleFile } from './module-files.mjs';
import { nodeRuntimeDir } from './node-runtime.mjs';
import { openCvBindingPath } from './opencv-binding.mjs';
import { productionModules } from './production-modules.mjs';
import { billOfMaterials } from './sbom.mjs';

/** What an unpacked archive may take on a device. */
const MOST_BYTES = 200e6;

/** Keys of package.json that mean something on a device. */
const MANIFEST_KEYS = ['name', 'version', 'description', 'license', 'type', 'bin', 'exports'];

/**
 * All that mli.Inference needs on a device of a platform. Its parts must be ready (prerequisites.mjs).
 * @param {import('../setup/steps.mjs').Setup} desk
 * @param {import('./platforms.mjs').Platform} platform
 * @returns {Promise<FileTree>}
 */
export async function inferenceArchive(desk, platform) {
  const setup = { ...desk, arch: platform.arch };
  const { root } = setup;
  const tree = new FileTree();
  addCode(tree, join(root, 'dist'));
  for (const { path, name } of productionModules(root, platform)) {
    tree.addFolder(path, join(root, path), (file) => shipsModuleFile(name, file, platform));
  }
  tree.addFile('node_modules/opencv4nodejs/build/Release/opencv4nodejs.node', await openCvBindingPath(setup));
  tree.addFile(`prebuilds/${platform.id}/mli_dlr.node`, addonBinaryPath(setup));
  tree.addFile('bin/node', join(nodeRuntimeDir(setup), 'bin', 'node'), { executable: true });

  tree.addContent('package.json', deviceManifest(root));
  tree.addFile('LICENSE', join(root, 'LICENSE'));
  // Digests of the model packages that come with the product: mli.model.WasteSorter needs no other pin.
  tree.addFile('models/shipped.json', join(root, 'models', 'shipped.json'));
  for (const name of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.schema.json'))) {
    tree.addFile(`docs/${name}`, join(root, 'docs', name));
  }
  tree.addContent('THIRD_PARTY_LICENSES', await thirdPartyLicences(setup, platform));
  tree.addContent('sbom.cdx.json', `${JSON.stringify(await billOfMaterials(setup, platform), null, 2)}\n`);
  checkTree(tree, platform);
  return tree;
}

/** Read at once: whoever compiles the checkout meanwhile begins by removing what was compiled. */
function addCode(tree, dist) {
  for (const name of readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.js'))) {
    tree.addContent(`dist/${name}`, readFileSync(join(dist, name)));
  }
}

function deviceManifest(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify(Object.fromEntries(MANIFEST_KEYS.map((key) => [key, manifest[key]])), null, 2)}\n`;
}

function checkTree(tree, platform) {
  let total = 0;
  for (const file of tree.files()) {
    const bytes = bytesOf(file);
    total += bytes.length;
    if (/\.node$|\.so(\.\d+)*$|^bin\//.test(file.name)) checkNative(file.name, bytes, platform);
  }
  if (total > MOST_BYTES) {
    throw new Error(
      `the archive for ${platform.id} unpacks to ${(total / 1e6).toFixed(0)} MB, at most ${MOST_BYTES / 1e6} MB are allowed`,
    );
  }
}
