import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfSources } from './digest.mjs';
import { SetupFailure } from './failure.mjs';
import { logsDir } from './paths.mjs';
import { isStamped, writeStamp } from './stamp.mjs';
import { askTool, runTool } from './tool.mjs';

const CHECK_PROGRAM = `
if (typeof require(process.argv[1]).Model !== 'function') throw new Error('the addon exports no class Model');
`;

const REMEDY = 'mend what the compiler names, then: node scripts/setup.mjs --only addon';

const binaryPath = (root) => join(root, 'build', 'Release', 'mli_dlr.node');

/** Node-API binaries load in every Node, so the sources and the processor are all that counts. */
function sourcesKey({ root, arch }) {
  const headers = join(root, 'node_modules', 'node-addon-api', 'package.json');
  return digestOfSources(
    root,
    ['CMakeLists.txt', 'native'],
    [arch, JSON.parse(readFileSync(headers, 'utf8')).version],
  );
}

/** @type {import('./steps.mjs').Step} */
export const addon = {
  name: 'addon',

  needed(setup) {
    const work = 'build the DLR addon';
    if (!existsSync(join(setup.root, 'node_modules', 'node-addon-api'))) return work;
    const binary = binaryPath(setup.root);
    return existsSync(binary) && isStamped(setup.root, this.name, sourcesKey(setup), binary) ? null : work;
  },

  async run(setup) {
    const { root } = setup;
    if (setup.forced.has(this.name) || builtElsewhere(root))
      rmSync(join(root, 'build'), { recursive: true, force: true });
    const key = sourcesKey(setup); // before, so that a source that is saved meanwhile is built next time
    const cmakeJs = join(root, 'node_modules', '.bin', 'cmake-js');
    const log = join(logsDir(setup.cache), 'addon.log');
    await runTool(cmakeJs, ['compile', '--out', 'build'], { cwd: root, log, remedy: REMEDY });
    if (!existsSync(binaryPath(root)))
      throw new SetupFailure('cmake-js left no build/Release/mli_dlr.node', { log });
    return key;
  },

  async verify(setup, key) {
    const binary = binaryPath(setup.root);
    await askTool(process.execPath, ['-e', CHECK_PROGRAM, binary]);
    writeStamp(setup.root, this.name, key, binary);
  },
};

/** CMake refuses a build folder that came with a copied or moved checkout. */
function builtElsewhere(root) {
  const cache = join(root, 'build', 'CMakeCache.txt');
  return (
    existsSync(cache) && !readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${root}\n`)
  );
}
