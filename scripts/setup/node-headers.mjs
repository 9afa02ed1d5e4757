import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logsDir, workDir } from './paths.mjs';
import { runTool } from './tool.mjs';

/**
 * What `include/node/node_version.h` says.
 * @param {string} text
 * @returns {{ version: string, moduleVersion: string | undefined }} `20.20.2` and the binary interface's number, `115`
 */
export function headersVersion(text) {
  const value = (name) => new RegExp(`^\\s*#\\s*define\\s+${name}\\s+(\\d+)\\s*$`, 'm').exec(text)?.[1];
  const version = ['MAJOR', 'MINOR', 'PATCH'].map((part) => value(`NODE_${part}_VERSION`)).join('.');
  return { version, moduleVersion: value('NODE_MODULE_VERSION') };
}

/**
 * The prefix whose `include/node` has the headers of the Node that runs this. opencv4nodejs binds to V8 and builds with
 * the headers of any other Node without a word, to crash later: so the version is read and not assumed.
 * @param {import('./steps.mjs').Setup} setup
 * @returns {Promise<string>} for node-gyp's `nodedir`
 * @throws {SetupFailure} when there are none of this binary interface to be had
 */
export async function nodeHeaders(setup) {
  const besideNode = resolve(dirname(process.execPath), '..');
  if (read(besideNode)?.version === process.versions.node) return besideNode;
  const cached = join(setup.cache, 'node-headers', `${process.versions.node}-${setup.arch}`);
  if (read(cached)?.moduleVersion === process.versions.modules) return cached;
  return await fetchHeaders(setup, cached);
}

/** The packages `node-linux-<arch>` hold a whole Node; any version of the same major has the same binary interface. */
async function fetchHeaders(setup, target) {
  setup.report.phase(`fetch the headers of Node ${process.versions.node}`);
  const log = join(logsDir(setup.cache), 'node-headers.log');
  const work = join(workDir(setup.cache), 'node-headers');
  const name = `node-linux-${setup.arch}`;
  const major = process.versions.node.split('.')[0];
  let failure;
  for (const range of [process.versions.node, `^${major}.0.0`]) {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    try {
      await runTool('npm', ['pack', `${name}@${range}`, '--pack-destination', work], {
        cwd: work,
        log,
        append: true,
      });
    } catch (error) {
      failure = error;
      continue;
    }
    const archive = readdirSync(work).find((file) => file.endsWith('.tgz'));
    await runTool('tar', ['-xzf', archive, '--strip-components=1', 'package/include'], {
      cwd: work,
      log,
      append: true,
    });
    if (read(work)?.moduleVersion !== process.versions.modules) continue;
    rmSync(join(work, archive));
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(work, target);
    return target;
  }
  throw new SetupFailure(
    `there are no headers for Node ${process.versions.node} (binary interface ${process.versions.modules})`,
    {
      remedy: `use the latest Node 20, 22 or 24, or one that is installed with its headers in ${resolve(process.execPath, '../../include/node')}`,
      log,
      cause: failure,
    },
  );
}

function read(prefix) {
  const path = join(prefix, 'include', 'node', 'node_version.h');
  return existsSync(path) ? headersVersion(readFileSync(path, 'utf8')) : undefined;
}
