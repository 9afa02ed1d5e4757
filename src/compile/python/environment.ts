import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { userCache } from '../../user-cache.js';
import { findPython, type Python } from './find.js';
import { runLogged, type Ending } from './process.js';
import { compilerEnvironment } from './variables.js';

/** A set of Python packages of exact versions, in an environment of its own. */
export interface EnvironmentSpec {
  /** `mxnet` */
  readonly name: string;
  /** File with all packages and their versions: nothing else is installed. */
  readonly requirements: string;
  /** CPython versions that have these packages, the preferred first. */
  readonly pythons: readonly string[];
  /** What is downloaded when it is made, for the person who waits. */
  readonly downloadMegabytes: number;
}

export interface EnvironmentOptions {
  readonly python?: string | undefined;
  /** For messages: whose models are compiled. @default the environment's name */
  readonly framework?: string;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** @default the user's cache */
  readonly cache?: string;
}

/**
 * The interpreter of an environment, which is made where it is not there: aside, and renamed when it is whole, so that an
 * interrupted making leaves nothing behind that could be taken for one.
 * @throws EdgeError COMPILE_PYTHON_MISSING, COMPILE_PYTHON_UNSUITABLE, COMPILE_ENVIRONMENT_FAILED
 */
export async function prepareEnvironment(
  spec: EnvironmentSpec,
  options: EnvironmentOptions,
): Promise<string> {
  const cache = options.cache ?? userCache();
  const envs = path.join(cache, 'envs');
  const requirements = await readFile(spec.requirements);
  const folderFor = (version: string) => path.join(envs, folderName(spec.name, version, requirements));
  if (options.python === undefined) {
    for (const version of spec.pythons) {
      const python = interpreterIn(folderFor(version));
      if (await works(python, cache)) return python;
    }
  }
  const base = await findPython({
    framework: options.framework ?? spec.name,
    versions: spec.pythons,
    python: options.python,
  });
  const folder = folderFor(base.version);
  if (!(await works(interpreterIn(folder), cache))) await make(spec, base, folder, cache, options);
  return interpreterIn(folder);
}

/** Other packages, another Python or another kind of machine make another environment. */
const folderName = (name: string, version: string, requirements: Buffer): string => {
  const digest = createHash('sha256').update(requirements).update(process.arch).digest('hex').slice(0, 12);
  return `compile-${name}-${version}-${digest}`;
};

const interpreterIn = (folder: string): string => path.join(folder, 'bin', 'python');

/** It does not where the Python that it was made from has gone. */
async function works(python: string, cache: string): Promise<boolean> {
  const run = runLogged({
    command: python,
    args: ['-I', '-c', ''],
    env: compilerEnvironment(),
    log: '/dev/null',
  });
  return run.then(
    ({ ok }) => ok,
    (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EACCES') return false;
      throw new EdgeError(
        'COMPILE_ENVIRONMENT_FAILED',
        { name: python, reason: (error as Error).message, log: cache },
        { cause: error },
      );
    },
  );
}

async function make(
  spec: EnvironmentSpec,
  base: Python,
  folder: string,
  cache: string,
  { progress, signal }: EnvironmentOptions,
): Promise<void> {
  const log = path.join(cache, 'logs', `compile-${spec.name}.log`);
  await mkdir(path.dirname(log), { recursive: true });
  await rm(log, { force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  await removeAbandoned(folder);
  progress(
    `making the Python environment ${spec.name} with CPython ${base.version} (once; downloads about ${spec.downloadMegabytes} MB)`,
  );
  const fresh = `${folder}.making-${process.pid}`;
  const step = async (command: string, args: readonly string[], onLine?: (line: string) => void) => {
    const ending = await runLogged({ command, args, env: compilerEnvironment(), log, onLine, signal });
    if (!ending.ok)
      throw new EdgeError('COMPILE_ENVIRONMENT_FAILED', { name: spec.name, reason: reasonOf(ending), log });
  };
  try {
    await step(base.executable, ['-m', 'venv', fresh]);
    const options = ['--disable-pip-version-check', '--no-deps', '--progress-bar', 'off'];
    await step(
      interpreterIn(fresh),
      ['-m', 'pip', 'install', ...options, '-r', spec.requirements],
      (line) => {
        const what = /^\s*(?:Downloading|Using cached) (\S+)(?: \(([^)]*)\))?/.exec(line);
        if (what) progress(`  ${path.basename(what[1] ?? '')} ${what[2] ?? ''}`.trimEnd());
        else if (line.startsWith('Installing collected')) progress('  installing');
      },
    );
    // Its scripts would point to the old place; only the interpreter is used.
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** What makings left that were killed: their process is no more. */
async function removeAbandoned(folder: string): Promise<void> {
  const beginning = `${path.basename(folder)}.making-`;
  for (const name of await readdir(path.dirname(folder))) {
    if (!name.startsWith(beginning) || isAlive(Number(name.slice(beginning.length)))) continue;
    await rm(path.join(path.dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** pip says it in a line of its own, and below that, with an arrow, which package it was. */
function reasonOf({ how, lastLines }: Ending): string {
  const last = (pattern: RegExp) =>
    lastLines.map((line) => pattern.exec(line)?.[1]).findLast((found) => found);
  const said = last(/^error:\s*(.+)/i) ?? lastLines.findLast((line) => !/^(note|hint):/i.test(line)) ?? how;
  const what = last(/^╰─> ([\w.-]+)$/);
  return `${said.replace(/\.$/, '')}${what === undefined ? '' : ` (${what})`}`;
}
