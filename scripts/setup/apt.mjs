import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logsDir } from './paths.mjs';
import { askTool, onPath, runTool } from './tool.mjs';

/**
 * What each purpose needs beyond Node, and the command that a package is there for: who has the command from elsewhere
 * needs no package.
 * @type {Record<string, readonly { package: string, command?: string }[]>}
 */
export const PACKAGES = {
  always: [
    { package: 'ca-certificates' },
    { package: 'python3-venv' },
    { package: 'g++', command: 'g++' },
    { package: 'make', command: 'make' },
    { package: 'cmake', command: 'cmake' },
    { package: 'ninja-build', command: 'ninja' },
    { package: 'nasm', command: 'nasm' }, // the fast half of OpenCV's JPEG decoder: 9 ms a picture in place of 15
    { package: 'patchelf', command: 'patchelf' },
    { package: 'ffmpeg', command: 'ffmpeg' }, // videos and network streams; OpenCV is built without
  ],
  demo: [],
  test: [],
  bench: [],
  build: [],
};

/**
 * @param {keyof PACKAGES} purpose
 * @param {ReadonlySet<string>} installed names of the packages that dpkg has
 * @param {(command: string) => boolean} hasCommand
 * @returns {string[]} packages to install
 */
export function missingPackages(purpose, installed, hasCommand) {
  return [...PACKAGES.always, ...PACKAGES[purpose]]
    .filter((wanted) => !installed.has(wanted.package) && !(wanted.command && hasCommand(wanted.command)))
    .map((wanted) => wanted.package);
}

/** @type {import('./steps.mjs').Step} */
export const apt = {
  name: 'apt',

  async needed(setup) {
    const missing = await missingNow(setup);
    return missing.length === 0 ? null : `install ${missing.join(', ')}`;
  },

  async run(setup) {
    const missing = await missingNow(setup);
    const byHand = { remedy: `have this done once by an administrator: apt-get install -y ${missing.join(' ')}` };
    if (!onPath('apt-get')) throw new SetupFailure(`${missing.join(', ')} not found, and there is no apt-get here`, byHand);
    const prefix = await asRoot(setup, byHand);
    const log = join(logsDir(setup.cache), 'apt.log');
    const options = { log, append: true, terminal: prefix.length > 0 };
    const aptGet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
    const [command, ...args] = [...prefix, ...aptGet];
    try {
      await runTool(command, [...args, 'update'], { ...options, append: false });
      await runTool(command, [...args, 'install', '-y', '--no-install-recommends', ...missing], options);
    } catch (error) {
      if (error instanceof SetupFailure) error.remedy = `look at apt’s message; on Ubuntu the “universe” component must be on. Or ${byHand.remedy}`;
      throw error;
    }
  },

  async verify(setup) {
    const missing = await missingNow(setup);
    if (missing.length > 0) throw new SetupFailure(`apt-get reported success, yet ${missing.join(', ')} cannot be found`);
    for (const command of ['cmake', 'ninja', 'g++', 'nasm', 'patchelf']) await askTool(command, ['--version']);
    await askTool('ffmpeg', ['-version']);
  },
};

async function missingNow(setup) {
  return missingPackages(setup.purpose, await installedPackages(), onPath);
}

/** Without dpkg (another distribution) the commands alone decide, and what has none is believed to be there. */
async function installedPackages() {
  if (!onPath('dpkg-query')) return new Set(PACKAGES.always.filter((wanted) => !wanted.command).map((wanted) => wanted.package));
  const list = await askTool('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n']);
  return new Set(list.split('\n').filter((line) => line.startsWith('installed ')).map((line) => line.slice('installed '.length)));
}

/** The words to put before a command that root must run. */
async function asRoot(setup, byHand) {
  if (process.getuid() === 0) return [];
  if (!onPath('sudo')) throw new SetupFailure('packages are missing, this is not root, and there is no sudo', byHand);
  const free = await askTool('sudo', ['-n', 'true']).then(() => true, () => false);
  if (!free && !process.stdin.isTTY) throw new SetupFailure('packages are missing, and sudo wants a password that nobody is here to give', byHand);
  if (!free) {
    setup.report.pause();
    setup.report.note('apt', 'sudo asks for your password, to install packages with apt-get');
  }
  return ['sudo'];
}
