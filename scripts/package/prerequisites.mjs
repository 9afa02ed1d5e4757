import { SetupFailure } from '../setup/failure.mjs';
import { apt } from '../setup/apt.mjs';
import { dist } from '../setup/dist.mjs';
import { lockCache } from '../setup/lock.mjs';
import { machine } from '../setup/machine.mjs';
import { npm } from '../setup/npm.mjs';
import { opencv } from '../setup/opencv.mjs';
import { runSteps } from '../setup/sequence.mjs';
import { onPath } from '../setup/tool.mjs';
import { toolchainFor } from '../setup/toolchain.mjs';
import { addonBinary } from './addon-binary.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { openCvBinding } from './opencv-binding.mjs';

/** Packages of Debian and Ubuntu that make a machine build for the other processor and run what it built. */
const CROSS_PACKAGES = {
  arm64: 'g++-aarch64-linux-gnu libc6-arm64-cross libstdc++6-arm64-cross qemu-user-static',
  x64: 'g++-x86-64-linux-gnu libc6-amd64-cross libstdc++6-amd64-cross qemu-user-static',
};

/**
 * Readies what the inference component's archives are made of; all but the compiled TypeScript is kept in the user's cache.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {readonly import('./platforms.mjs').Platform[]} platforms
 * @throws {SetupFailure}
 */
export async function readyInference(setup, platforms) {
  for (const { arch, id } of platforms) {
    if (canBuildFor(arch)) continue;
    throw new SetupFailure(`${toolchainFor(arch).cxx} and an emulator are needed to build for ${id}`, {
      remedy: `apt-get install -y ${CROSS_PACKAGES[arch]}`,
    });
  }
  const parts = [nodeRuntime, opencv, openCvBinding, addonBinary];
  const steps = platforms.flatMap(({ arch }) => parts.map((step) => forProcessor(step, arch)));
  await runSteps([machine, apt, npm, ...steps, dist], setup, (onWait) => lockCache(setup.cache, onWait));
}

/** @param {string} arch as Node names it */
export function canBuildFor(arch) {
  const { cxx, cross, run } = toolchainFor(arch);
  return !cross || (onPath(cxx) && onPath(run('')[0]));
}

/** The same step, done for one processor. */
function forProcessor(step, arch) {
  const on = (setup) => ({ ...setup, arch });
  return {
    name: `${step.name} ${arch}`,
    needed: (setup) => step.needed(on(setup)),
    run: (setup) => step.run(on(setup)),
    verify: (setup, made) => step.verify(on(setup), made),
  };
}
