import { SetupFailure } from '../setup/failure.mjs';

/** What every system has that the documentation names (docs/packaging.md): Amazon Linux 2023 is the oldest of them. */
export const NEWEST_GLIBC = '2.34';

const MACHINE_OFFSET = 18;

/**
 * Refuses a native file that is for another processor, or that asks for a newer C library than devices have: what is compiled on a
 * new distribution does, without a word.
 * @param {string} name as people know the file
 * @param {Buffer} bytes
 * @param {import('./platforms.mjs').Platform} platform
 * @throws {SetupFailure}
 */
export function checkNative(name, bytes, platform) {
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF') throw new SetupFailure(`${name} is no ELF file`);
  const machine = bytes.readUInt16LE(MACHINE_OFFSET);
  if (machine !== platform.elfMachine) {
    throw new SetupFailure(
      `${name} is for ELF machine ${machine}, and ${platform.id} is ${platform.elfMachine}`,
    );
  }
  const wanted = newestGlibc(bytes);
  if (wanted === undefined || compare(wanted, NEWEST_GLIBC) <= 0) return;
  throw new SetupFailure(`${name} needs glibc ${wanted}, and devices have ${NEWEST_GLIBC} at least`, {
    remedy:
      'build the archives on Debian 12, Ubuntu 22.04 or in a container of one, with an MLI_CACHE_DIR of their own',
  });
}

/**
 * The newest version of glibc that a binary names: its symbols' versions are strings `GLIBC_2.34` in it.
 * @param {Buffer} bytes
 * @returns {string | undefined} `2.34`; undefined where it names none
 */
export function newestGlibc(bytes) {
  const named = bytes.toString('latin1').matchAll(/\0GLIBC_(\d+\.\d+)(?:\.\d+)?(?=\0)/g);
  return [...new Set([...named].map((match) => match[1]))].sort(compare).at(-1);
}

function compare(a, b) {
  const [majorA, minorA] = a.split('.').map(Number);
  const [majorB, minorB] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
