import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';
import { headersVersion } from '../setup/node-headers.mjs';
import { logsDir, workDir } from '../setup/paths.mjs';
import { askTool, runTool } from '../setup/tool.mjs';
import { toolchainFor } from '../setup/toolchain.mjs';

/** The Node that ships with the component: a binary of the Node project in a package of the npm registry. */
export const NODE_VERSION = '22.23.3';

/** What Node 22 calls the version of its binary interface; opencv4nodejs is bound to it. */
export const NODE_MODULE_VERSION = '127';

/** By Node's name of the processor, as the registry has it. */
const INTEGRITY = {
  x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  arm64: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
};

/** `bin/node`, `include/node` (to build opencv4nodejs for it) and `LICENSE`. */
export const nodeRuntimeDir = ({ cache, arch }) =>
  join(cache, 'node', `${NODE_VERSION}-linux-${arch}-stripped`);

/** @type {import('../setup/steps.mjs').Step} */
export const nodeRuntime = {
  name: 'node',

  needed(setup) {
    return existsSync(nodeRuntimeDir(setup)) ? null : `fetch Node ${NODE_VERSION} for ${setup.arch}`;
  },

  async run(setup) {
    const log = join(logsDir(setup.cache), 'node.log');
    const work = join(workDir(setup.cache), `node-${setup.arch}`);
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    const wanted = `node-linux-${setup.arch}@${NODE_VERSION}`;
    await runTool('npm', ['pack', wanted, '--pack-destination', work], { cwd: work, log });
    const archive = readdirSync(work).find((file) => file.endsWith('.tgz'));
    const integrity = `sha512-${createHash('sha512')
      .update(readFileSync(join(work, archive)))
      .digest('base64')}`;
    if (integrity !== INTEGRITY[setup.arch]) {
      throw new SetupFailure(`${wanted} has the integrity ${integrity}, expected ${INTEGRITY[setup.arch]}`, {
        remedy:
          'the registry gave another file than the published one: nothing of it was used; try again, or use another registry',
        log,
      });
    }
    const parts = ['bin/node', 'include', 'LICENSE'].map((part) => `package/${part}`);
    await runTool('tar', ['-xzf', archive, '--strip-components=1', '--no-same-owner', ...parts], {
      cwd: work,
      log,
      append: true,
    });
    rmSync(join(work, archive));
    // Symbols that only a debugger reads are a tenth of it; those that addons need are in another table.
    await runTool(toolchainFor(setup.arch).strip, ['--strip-unneeded', 'bin/node'], {
      cwd: work,
      log,
      append: true,
    });
    mkdirSync(dirname(nodeRuntimeDir(setup)), { recursive: true });
    renameSync(work, nodeRuntimeDir(setup));
  },

  async verify(setup) {
    const folder = nodeRuntimeDir(setup);
    try {
      const headers = headersVersion(readFileSync(join(folder, 'include', 'node', 'node_version.h'), 'utf8'));
      const said = await askTool(...toolchainFor(setup.arch).run(join(folder, 'bin', 'node'), ['--version']));
      if (said === `v${NODE_VERSION}` && headers.moduleVersion === NODE_MODULE_VERSION) return;
      throw new SetupFailure(`this Node says it is ${said}, with binary interface ${headers.moduleVersion}`);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};
