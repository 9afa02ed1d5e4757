import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * What packages depend on for their build or for browsers and never load in Node. The packaged component is run with what
 * remains (test/packaging), so an entry that is wrong shows.
 */
const NOT_AT_RUN_TIME = {
  // The addon is compiled with its headers.
  'greengrass-mli': ['node-addon-api'],
  // Its installer, and its binding for Node, which is not used.
  'onnxruntime-node': ['adm-zip', 'global-agent', 'onnxruntime-common'],
  // Headers of its C++ half; its binary is prebuilt.
  '@serialport/bindings-cpp': ['node-addon-api'],
  // Headers of its C++ half.
  opencv4nodejs: ['nan', 'native-node-utils'],
  // Its browser half: `dist.browser`.
  'aws-crt': ['axios', 'buffer', 'crypto-js', 'process', '@httptoolkit/websocket-stream'],
};

/** Parts of other packages that the compiler put into a binary: their licences go along. */
export const COMPILED_IN = ['node-addon-api', 'nan', 'native-node-utils'];

/**
 * A package that ships.
 * @typedef {{ path: string, name: string, version: string }} ProductionModule
 */

/**
 * The packages that the component loads on a platform, as package-lock.json has them.
 * @param {string} root the checkout, with its packages installed
 * @param {import('./platforms.mjs').Platform} platform
 * @returns {ProductionModule[]} `path` is relative to the root: `node_modules/zod`
 */
export function productionModules(root, platform) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = new Map();
  const visit = (path, name) => {
    const { dependencies = {}, optionalDependencies = {} } = packages[path];
    for (const wanted of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (wanted.startsWith('@types/') || NOT_AT_RUN_TIME[name]?.includes(wanted)) continue;
      const place = resolveFrom(path, wanted, packages);
      const optional = wanted in optionalDependencies;
      if (place === undefined) {
        if (optional) continue;
        throw new SetupFailure(`package-lock.json has no ${wanted}, which ${name} needs`);
      }
      if (found.has(place) || !fits(packages[place], platform)) continue;
      if (!existsSync(join(root, place, 'package.json'))) {
        if (optional) continue;
        throw new SetupFailure(`${place} is not installed`, { remedy: 'npm ci --ignore-scripts' });
      }
      found.set(place, { path: place, name: wanted, version: packages[place].version });
      visit(place, wanted);
    }
  };
  visit('', packages[''].name);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where Node finds a package: beside, or further up. */
function resolveFrom(path, name, packages) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (folder === '') return undefined;
  }
}

const fits = ({ os, cpu, libc }, { arch }) =>
  (os?.includes('linux') ?? true) && (cpu?.includes(arch) ?? true) && (libc?.includes('glibc') ?? true);
