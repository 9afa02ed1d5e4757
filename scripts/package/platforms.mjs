/**
 * A kind of device that the component is packaged for.
 * @typedef {object} Platform
 * @property {string} id `linux-x64`; part of the archives' names
 * @property {string} arch as Node names the processor
 * @property {string} recipe as recipes name it
 * @property {number} elfMachine e_machine of its programs
 */

/** @type {readonly Platform[]} */
export const PLATFORMS = [
  { id: 'linux-x64', arch: 'x64', recipe: 'amd64', elfMachine: 62 },
  { id: 'linux-arm64', arch: 'arm64', recipe: 'aarch64', elfMachine: 183 },
];

/**
 * @param {string} list `linux-x64,linux-arm64`
 * @returns {Platform[]}
 * @throws {Error} that names the one that is not known
 */
export function platformsOf(list) {
  return list.split(',').map((id) => {
    const platform = PLATFORMS.find((candidate) => candidate.id === id);
    if (platform) return platform;
    throw new Error(
      `--platform names “${id}”, expected some of ${PLATFORMS.map((known) => known.id).join(', ')}`,
    );
  });
}
