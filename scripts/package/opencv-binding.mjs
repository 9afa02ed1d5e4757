import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workDir } from '../setup/paths.mjs';
import { CHECK_PROGRAM, cachedBinary, compile } from '../setup/opencv4nodejs.mjs';
import { askTool } from '../setup/tool.mjs';
import { toolchainFor } from '../setup/toolchain.mjs';
import { NODE_MODULE_VERSION, nodeRuntimeDir } from './node-runtime.mjs';

/** opencv4nodejs for the Node that ships; the desk's own may be for another one. */
export const openCvBindingPath = (setup) => cachedBinary(setup, NODE_MODULE_VERSION);

const COPIED = ['opencv4nodejs', 'nan', 'native-node-utils'];

const verifiedMark = async (setup) => join(dirname(await openCvBindingPath(setup)), 'verified');

/** @type {import('../setup/steps.mjs').Step} */
export const openCvBinding = {
  name: 'opencv4nodejs',

  async needed(setup) {
    // The compiler's version is part of the path, so its absence shows in the step before.
    return existsSync(await verifiedMark(setup))
      ? null
      : `build opencv4nodejs for Node 22, ${setup.arch} (about 80 s)`;
  },

  async run(setup) {
    const target = await openCvBindingPath(setup);
    if (existsSync(target)) return;
    const modules = packageCopy(setup);
    await compile(setup, target, { folder: join(modules, 'opencv4nodejs'), headers: nodeRuntimeDir(setup) });
    rmSync(modules, { recursive: true, force: true });
  },

  /** Decodes and resizes a picture in the Node that ships, through an emulator where the processor is a foreign one. */
  async verify(setup) {
    const binary = await openCvBindingPath(setup);
    const modules = packageCopy(setup);
    const folder = join(modules, 'opencv4nodejs');
    try {
      cpSync(binary, join(folder, 'build', 'Release', 'opencv4nodejs.node'));
      const env = { ...process.env, OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING: '1' };
      const node = join(nodeRuntimeDir(setup), 'bin', 'node');
      const version = await askTool(...toolchainFor(setup.arch).run(node, ['-e', CHECK_PROGRAM, folder]), {
        env,
      });
      writeFileSync(await verifiedMark(setup), `OpenCV ${version}\n`);
    } catch (error) {
      rmSync(binary, { force: true });
      throw error;
    } finally {
      rmSync(modules, { recursive: true, force: true });
    }
  },
};

/**
 * A copy of the package to build in, beside links to its dependencies: the checkout's own binary stays as it is. Headers are
 * copied too, since the compiler writes the folder that they are really in into the binary.
 */
function packageCopy(setup) {
  const original = join(setup.root, 'node_modules');
  const modules = join(workDir(setup.cache), `opencv4nodejs-${setup.arch}`, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(modules, { recursive: true });
  const isSource = (path) => path !== join(original, 'opencv4nodejs', 'build');
  for (const name of readdirSync(original)) {
    if (name === '.setup') continue;
    if (COPIED.includes(name)) {
      cpSync(join(original, name), join(modules, name), { recursive: true, filter: isSource });
    } else {
      symlinkSync(join(original, name), join(modules, name));
    }
  }
  return modules;
}
