import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { EdgeError } from '../../errors/index.js';

const run = promisify(execFile);

export interface Python {
  readonly executable: string;
  /** `3.8` */
  readonly version: string;
}

export interface PythonSearch {
  /** For messages: the framework that needs it. */
  readonly framework: string;
  /** `3.8`, `3.10`: those that will do, the preferred first. */
  readonly versions: readonly string[];
  /** The one that the user named. @default MLI_COMPILE_PYTHON */
  readonly python?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Finds a CPython of one of the versions: the one that was named, else on the PATH, else in pyenv.
 * @throws EdgeError COMPILE_PYTHON_MISSING, COMPILE_PYTHON_UNSUITABLE
 */
export async function findPython(search: PythonSearch): Promise<Python> {
  const { framework, versions, environment = process.env } = search;
  const named = search.python ?? environment['MLI_COMPILE_PYTHON'];
  if (named) {
    const found = await askVersion(named);
    if (found.version !== undefined && versions.includes(found.version))
      return { executable: named, version: found.version };
    throw new EdgeError('COMPILE_PYTHON_UNSUITABLE', { python: named, found: found.text, versions });
  }
  const tried: string[] = [];
  for (const version of versions) {
    for (const executable of [...onPath(version, environment), ...(await inPyenv(version, environment))]) {
      if (!(await isExecutable(executable))) continue;
      if ((await askVersion(executable)).version === version) return { executable, version };
    }
    tried.push(`python${version} on the PATH`, `${pyenvRoot(environment)}/versions/${version}.*`);
  }
  throw new EdgeError('COMPILE_PYTHON_MISSING', { framework, versions, tried });
}

/** A `python3` may be the wanted one as well. */
function onPath(version: string, environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return [`python${version}`, 'python3'].flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

const pyenvRoot = (environment: NodeJS.ProcessEnv): string =>
  environment['PYENV_ROOT'] || path.join(environment['HOME'] || homedir(), '.pyenv');

/** The newest patch first. */
async function inPyenv(version: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folder = path.join(pyenvRoot(environment), 'versions');
  const names = await readdir(folder).catch(() => []);
  const patch = (name: string) => Number(name.slice(version.length + 1));
  return names
    .filter((name) => name.startsWith(`${version}.`) && Number.isInteger(patch(name)))
    .sort((a, b) => patch(b) - patch(a))
    .map((name) => path.join(folder, name, 'bin', 'python'));
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const question = 'import platform; print(platform.python_implementation(), platform.python_version())';

/** pyenv's stand-ins on the PATH fail for versions that are installed and not chosen: that is an answer, too. */
async function askVersion(
  executable: string,
): Promise<{ readonly version: string | undefined; readonly text: string }> {
  try {
    const { stdout } = await run(executable, ['-I', '-c', question], { timeout: 30_000 });
    const text = stdout.trim();
    return { version: /^CPython (\d+\.\d+)\./.exec(text)?.[1], text };
  } catch (error) {
    return { version: undefined, text: `not to be run (${(error as Error).message.split('\n')[0] ?? ''})` };
  }
}
