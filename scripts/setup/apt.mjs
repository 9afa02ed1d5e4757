import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logsDir } from './paths.mjs';
import { askTool, onPath, runTool } from './tool.mjs';

/**
 * A package, and by what one sees that somebody has what it is for from elsewhere.
 * @typedef {{ package: string, command?: string, pythonModules?: string, file?: string, debianOnly?: boolean }} Wanted
 */

/**
 * What each purpose needs beyond Node.
 * @type {Record<string, readonly Wanted[]>}
 */
export const PACKAGES = {
  always: [
    { package: 'ca-certificates', file: '/etc/ssl/certs/ca-certificates.crt' },
    { package: 'python3-venv', pythonModules: 'venv, ensurepip' },
    { package: 'g++', command: 'g++' },
    { package: 'make', command: 'make' },
    { package: 'cmake', command: 'cmake' },
    { package: 'ninja-build', command: 'ninja' },
    { package: 'nasm', command: 'nasm' }, // the fast half of OpenCV's JPEG decoder: 9 ms a picture in place of 15
    { package: 'patchelf', command: 'patchelf' },
    { package: 'ffmpeg', command: 'ffmpeg' }, // videos and network streams; OpenCV is built without
  ],
  demo: [],
  test: [
    // A real RTSP server for the tests of network cameras, in the system's Python.
    { package: 'gir1.2-gst-rtsp-server-1.0' },
    { package: 'python3-gi' },
    { package: 'gstreamer1.0-tools', command: 'gst-launch-1.0' },
    { package: 'gstreamer1.0-plugins-base' },
    { package: 'gstreamer1.0-plugins-good' },
    { package: 'gstreamer1.0-plugins-ugly' },
    { package: 'faketime', command: 'faketime' }, // the test of a clock that is set
    // Ubuntu has it as a snap only, which a test cannot install: there the tests of the page take one that is on the PATH, or skip.
    { package: 'chromium', command: 'chromium', debianOnly: true },
  ],
  bench: [],
  build: [],
};

/**
 * @param {string} purpose a key of the table
 * @param {ReadonlySet<string>} installed names of the packages that dpkg has
 * @param {(wanted: Wanted) => boolean | Promise<boolean>} fromElsewhere asked only about what dpkg has not
 * @returns {Promise<string[]>} packages to install
 */
export async function missingPackages(purpose, installed, fromElsewhere) {
  const missing = [];
  for (const wanted of [...PACKAGES.always, ...PACKAGES[purpose]]) {
    if (wanted.debianOnly && !isDebian()) continue;
    if (!installed.has(wanted.package) && !(await fromElsewhere(wanted))) missing.push(wanted.package);
  }
  return missing;
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
    const byHand = {
      remedy: `have this done once by an administrator: apt-get install -y ${missing.join(' ')}`,
    };
    if (!onPath('apt-get')) {
      throw new SetupFailure(`${missing.join(', ')} not found, and there is no apt-get here`, byHand);
    }
    const sudo = await asRoot(setup, byHand);
    const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
    const [command, ...args] = [...sudo, 'apt-get', ...patience];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, log: join(logsDir(setup.cache), 'apt.log'), terminal: sudo.length > 0 };
    try {
      await runTool(command, [...args, 'update'], options);
      const install = ['install', '-y', '--no-install-recommends', ...missing];
      await runTool(command, [...args, ...install], { ...options, append: true });
    } catch (error) {
      if (error instanceof SetupFailure) {
        error.remedy = `look at apt’s message (on Ubuntu the “universe” component must be on), or ${byHand.remedy}`;
      }
      throw error;
    }
  },

  async verify(setup) {
    const missing = await missingNow(setup);
    if (missing.length > 0) {
      throw new SetupFailure(`apt-get reported success, yet ${missing.join(', ')} cannot be found`);
    }
    for (const command of ['cmake', 'ninja', 'g++', 'nasm', 'patchelf'])
      await askTool(command, ['--version']);
    await askTool('ffmpeg', ['-version']);
  },
};

const isDebian = () =>
  existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));

async function missingNow(setup) {
  return await missingPackages(setup.purpose, await installedPackages(), isFromElsewhere);
}

async function installedPackages() {
  if (!onPath('dpkg-query')) return new Set(); // another distribution: what is there decides
  const list = await askTool('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n']);
  const mark = 'installed ';
  return new Set(
    list
      .split('\n')
      .filter((line) => line.startsWith(mark))
      .map((line) => line.slice(mark.length)),
  );
}

async function isFromElsewhere({ command, pythonModules, file }) {
  if (command) return onPath(command);
  if (file) return existsSync(file);
  return await askTool('python3', ['-c', `import ${pythonModules}`]).then(
    () => true,
    () => false,
  );
}

/** The words to put before a command that root must run. sudo drops the environment, so it comes as words too. */
async function asRoot(setup, byHand) {
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) {
    throw new SetupFailure('packages are missing, this is not root, and there is no sudo', byHand);
  }
  const free = await askTool('sudo', ['-n', 'true']).then(
    () => true,
    () => false,
  );
  if (!free && !process.stdin.isTTY) {
    throw new SetupFailure(
      'packages are missing, and sudo wants a password that nobody is here to give',
      byHand,
    );
  }
  if (!free) {
    setup.report.pause();
    setup.report.note('apt', 'sudo asks for your password, to install the packages with apt-get');
  }
  return ['sudo', 'env', 'DEBIAN_FRONTEND=noninteractive'];
}
