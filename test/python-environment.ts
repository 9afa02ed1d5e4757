import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const cache =
  process.env['MLI_CACHE_DIR'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'greengrass-mli');

export interface PythonEnvironment {
  /** Folder below the cache's envs/. */
  readonly name: string;
  /** Pinned, as pip takes it: `moto[server]==5.2.5`. */
  readonly requirement: string;
  /** Arguments of Python that use the package and print its version last. */
  readonly probe: readonly string[];
}

/**
 * A Python that has a package, in an environment that is made once in the user's cache.
 * @returns its interpreter; undefined where it cannot be had here, with the reason on the test's output.
 */
export async function pythonWith(wanted: PythonEnvironment): Promise<string | undefined> {
  try {
    return await prepare(wanted);
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    console.log(
      `Skipped: these tests need python3 with venv and ${wanted.requirement}: ${lines.at(-1) ?? ''}`,
    );
    return undefined;
  }
}

async function prepare({ name, requirement, probe }: PythonEnvironment): Promise<string> {
  const environment = path.join(cache, 'envs', name);
  const python = path.join(environment, 'bin', 'python');
  const version = requirement.split('==')[1] ?? '';
  const installed = await run(python, [...probe]).catch(() => ({ stdout: '' }));
  if (installed.stdout.trim().split(/\s+/).at(-1) === version) return python;
  // Made beside and renamed when it is whole. Its scripts would point to the old place; only its interpreter is used.
  const fresh = `${environment}.${process.pid}`;
  await mkdir(path.dirname(environment), { recursive: true });
  await run('python3', ['-m', 'venv', fresh]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement];
  await run(path.join(fresh, 'bin', 'python'), install);
  await rm(environment, { recursive: true, force: true });
  await rename(fresh, environment);
  return python;
}
