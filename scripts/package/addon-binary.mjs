import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOfSources } from '../setup/digest.mjs';
import { logsDir, workDir } from '../setup/paths.mjs';
import { askTool, runTool } from '../setup/tool.mjs';
import { toolchainFor } from '../setup/toolchain.mjs';
import { nodeRuntimeDir } from './node-runtime.mjs';

const CHECK_PROGRAM = `
if (typeof require(process.argv[1]).Model !== 'function') throw new Error('the addon exports no class Model');
console.log(process.arch);
`;

/** The DLR addon for `setup.arch`, named by the sources that it was made from. */
export function addonBinaryPath(setup) {
  const headers = join(setup.root, 'node_modules', 'node-addon-api', 'package.json');
  const { version } = JSON.parse(readFileSync(headers, 'utf8'));
  const key = digestOfSources(setup.root, ['CMakeLists.txt', 'native'], [setup.arch, version]);
  return join(setup.cache, 'addon', `${key.slice(0, 16)}-linux-${setup.arch}`, 'mli_dlr.node');
}

/**
 * Builds with plain CMake, apart from the checkout's own `build`: a Node-API binary is the same for every Node, so the headers
 * packages are all that it needs.
 * @type {import('../setup/steps.mjs').Step}
 */
export const addonBinary = {
  name: 'addon',

  needed(setup) {
    return existsSync(addonBinaryPath(setup)) ? null : `build the DLR addon for ${setup.arch}`;
  },

  async run(setup) {
    const log = join(logsDir(setup.cache), 'addon-binary.log');
    const work = join(workDir(setup.cache), `addon-${setup.arch}`);
    rmSync(work, { recursive: true, force: true });
    // Messages carry the names of source files; without the map they would carry this machine's folders too.
    const map = `-DCMAKE_CXX_FLAGS=-ffile-prefix-map=${setup.root}=.`;
    const options = ['-DCMAKE_BUILD_TYPE=Release', map, ...toolchainFor(setup.arch).cmake];
    await runTool('cmake', ['-S', setup.root, '-B', work, ...options], { log });
    await runTool('cmake', ['--build', work, '--parallel', '2'], { log, append: true });
    return join(work, 'Release', 'mli_dlr.node');
  },

  async verify(setup, built) {
    const node = join(nodeRuntimeDir(setup), 'bin', 'node');
    await askTool(...toolchainFor(setup.arch).run(node, ['-e', CHECK_PROGRAM, built]));
    mkdirSync(dirname(addonBinaryPath(setup)), { recursive: true });
    copyFileSync(built, `${addonBinaryPath(setup)}.new`);
    renameSync(`${addonBinaryPath(setup)}.new`, addonBinaryPath(setup));
  },
};
