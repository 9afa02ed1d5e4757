import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupFailure } from './failure.mjs';

/**
 * @param {string} folder need not exist yet
 * @returns {number} bytes that this user may still write on its disk
 */
export function freeBytes(folder) {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  const { bavail, bsize } = statfsSync(nearest);
  return bavail * bsize;
}

/**
 * @param {{ platform: string, arch: string, glibc: string | undefined }} machine
 * @returns {SetupFailure | null} what no package can mend
 */
export function unsupported({ platform, arch, glibc }) {
  if (platform !== 'linux') {
    return new SetupFailure(`this is ${platform}, and the component runs on Linux`, {
      remedy: 'use Debian 12, Ubuntu 22.04 or later; a container of one will do',
    });
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    return new SetupFailure(`Node runs as ${arch}; x64 and arm64 are supported`, {
      remedy: 'use a 64-bit system with a 64-bit Node',
    });
  }
  if (glibc === undefined) {
    return new SetupFailure(
      'this system has no glibc (Alpine has musl in its place), which the DLR runtime needs',
      {
        remedy: 'use Debian, Ubuntu or another system with glibc',
      },
    );
  }
  return null;
}

/** @type {import('./steps.mjs').Step} */
export const machine = {
  name: 'machine',

  needed() {
    process.report.excludeNetwork = true; // else the report resolves names, which can take seconds
    const glibc = process.report.getReport().header.glibcVersionRuntime;
    const failure = unsupported({ platform: process.platform, arch: process.arch, glibc });
    if (failure) throw failure;
    return null;
  },

  run() {},
  verify() {},
};
