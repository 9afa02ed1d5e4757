import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logsDir } from './paths.mjs';
import { runTool } from './tool.mjs';

/** What matters to us of a package-lock.json (version 3) and of the copy that npm leaves in node_modules.
 * @typedef {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean,
 *   dependencies?: Record<string, string>, devDependencies?: Record<string, string> }> }} Lock
 */

/**
 * @param {Lock} wanted
 * @param {Lock} installed
 * @returns {string | null} the first package that is not as the lock file has it
 */
export function firstDifference(wanted, installed) {
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '') continue; // the product itself
    const found = installed.packages[path];
    if (!found && (entry.optional || entry.devOptional)) continue; // for another platform
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return path;
  }
  return null;
}

/** @type {import('./steps.mjs').Step} */
export const npm = {
  name: 'npm',

  needed(setup) {
    return differenceNow(setup) === null
      ? null
      : 'install npm packages as package-lock.json has them, install scripts off';
  },

  async run(setup) {
    const log = join(logsDir(setup.cache), 'npm.log');
    const complaints = [];
    const onLine = (line) => line.startsWith('npm error ') && complaints.push(line);
    try {
      await runTool('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: setup.root,
        log,
        onLine,
      });
    } catch (error) {
      if (error instanceof SetupFailure) {
        error.tail = complaints.slice(0, 8); // npm says what is wrong first, and then how npm is used
        error.remedy ??= complaints.some((line) => line.includes('code EUSAGE'))
          ? 'package.json was changed without the lock file: run npm install --ignore-scripts, look at what changed, run this again'
          : 'check the network and npm’s settings (npm config list), then run it again';
      }
      throw error;
    }
  },

  verify(setup) {
    const difference = differenceNow(setup);
    if (difference)
      throw new SetupFailure(`npm reported success, yet ${difference} is not as package-lock.json has it`);
  },
};

/** Compares what npm says that it installed, and looks for the direct dependencies themselves. */
function differenceNow({ root }) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'node_modules';
  const wanted = readJson(join(root, 'package-lock.json'));
  const { dependencies = {}, devDependencies = {} } = wanted.packages[''];
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const manifest = join(root, 'node_modules', name, 'package.json');
    if (
      !existsSync(manifest) ||
      readJson(manifest).version !== wanted.packages[`node_modules/${name}`].version
    )
      return name;
  }
  return firstDifference(wanted, readJson(record));
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
