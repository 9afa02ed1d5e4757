import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, logsDir } from '../scripts/setup/paths.mjs';
import { askTool, onPath, runTool } from '../scripts/setup/tool.mjs';

const requirements = fileURLToPath(new URL('./python/requirements.txt', import.meta.url));
const oldest = [3, 11];
const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/**
 * The Python that the peers run in: an environment of its own in the user's cache, made once for each list of packages.
 * @param {(text: string) => void} progress
 * @returns {Promise<string>} path of its interpreter
 */
export async function benchPython(progress) {
  const folder = path.join(cacheDir(), 'envs', 'bench');
  const python = path.join(folder, 'bin', 'python');
  const stamp = path.join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && (await imports(python))) return python;

  progress('making a Python environment in the cache (once, about 90 MB from the package index)');
  const log = path.join(logsDir(), 'bench-python.log');
  rmSync(folder, { recursive: true, force: true });
  await runTool(await findPython(), ['-m', 'venv', folder], { log });
  const pip = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    '-r',
    requirements,
  ];
  await runTool(python, pip, { log, append: true });
  if (!(await imports(python)))
    throw new Error(`the packages were installed and cannot be imported: see ${log}`);
  // Last: an environment without it was interrupted, and is made again.
  writeFileSync(stamp, wanted);
  return python;
}

async function findPython() {
  for (const command of candidates.filter((name) => onPath(name))) {
    const version = await askTool(command, ['-c', 'import sys; print(*sys.version_info[:2])']).catch(
      () => '0 0',
    );
    const [major, minor] = version.split(' ').map(Number);
    if (major === oldest[0] && minor >= oldest[1]) return command;
  }
  throw new Error(
    `The Python peers need CPython ${oldest.join('.')} or newer on the PATH (tried: ${candidates.join(', ')})`,
  );
}

const imports = (python) =>
  askTool(python, ['-c', 'import numpy, cv2, awsiot.greengrasscoreipc.clientv2']).then(
    () => true,
    () => false,
  );
