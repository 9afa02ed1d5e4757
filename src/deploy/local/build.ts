import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { runProgram } from './nucleus-cli.js';

/**
 * Builds the folder of a local deployment with the repository's own build script, for this machine's platform.
 * @param root of the repository
 * @param out its `recipes` and `artifacts` are made anew: what an earlier version left there would be deployed too
 * @throws EdgeError DEPLOY_BUILD_FAILED
 */
export async function buildLocalFolder(
  root: string,
  out: string,
  version: string,
  components: readonly string[],
): Promise<void> {
  const script = path.join(root, 'scripts', 'build-component.mjs');
  if (!existsSync(script)) {
    throw new EdgeError('DEPLOY_BUILD_FAILED', {
      reason: `there is no ${script}: this is an installation, not a checkout`,
    });
  }
  for (const part of ['recipes', 'artifacts'])
    await rm(path.join(out, part), { recursive: true, force: true });
  const code = await runProgram(process.execPath, [
    script,
    ...['--local', version, '--out', out, '--platform', `linux-${process.arch}`],
    ...components.flatMap((name) => ['--component', name]),
  ]);
  if (code !== 0) throw new EdgeError('DEPLOY_BUILD_FAILED', { reason: `${script} ended with ${code}` });
}
