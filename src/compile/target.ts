import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import type { Framework } from './framework.js';

/** How the targets of training/targets.py link: the prefix of the GNU tools, and the Debian package that has them. */
const tools = {
  x64: { prefix: '', aptPackage: 'g++' },
  arm64: { prefix: 'aarch64-linux-gnu-', aptPackage: 'g++-aarch64-linux-gnu' },
  arm: { prefix: 'arm-linux-gnueabihf-', aptPackage: 'g++-arm-linux-gnueabihf' },
} as const;

/** What networks have anyway: named alone, nothing is compiled. */
const onnxAlone = 'onnx';

/** The oldest DLR that has run what the compilers make: older ones may, too, but nobody has seen it. */
export const oldestDlr = '1.5.0';

const targetsOf = {
  tvm: ['x64-avx2', 'x64-avx512', 'arm64', 'arm', onnxAlone],
  // Trees gain nothing by a CPU's features.
  treelite: ['x64', 'arm64', 'arm'],
} as const;

/**
 * The targets to compile for: those that were named, else those of this kind of machine; none where `onnx` is all that was named.
 * @throws EdgeError COMPILE_TARGET_UNKNOWN, COMPILE_TOOL_MISSING before anything is begun
 */
export async function chooseTargets(
  { compiler }: Framework,
  wanted: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const known: readonly string[] = targetsOf[compiler];
  const targets =
    wanted.length === 0
      ? known.filter((target) => architectureOf(target) === 'x64')
      : wanted.map((target) => (compiler === 'treelite' ? architectureOf(target) : target));
  for (const target of targets) {
    if (!known.includes(target)) throw new EdgeError('COMPILE_TARGET_UNKNOWN', { target, known });
    if (target !== onnxAlone) await requireTools(compiler, target, environment);
  }
  return [...new Set(targets)].filter((target) => target !== onnxAlone);
}

/** Trees are asked for `x64-avx2` where a network would be: it is the same library. */
const architectureOf = (target: string): string => target.replace(/^x64-.*/, 'x64');

async function requireTools(
  compiler: Framework['compiler'],
  target: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { prefix, aptPackage } = tools[architectureOf(target) as keyof typeof tools];
  const tool = `${prefix}${compiler === 'tvm' ? 'g++' : 'gcc'}`;
  for (const folder of (environment['PATH'] ?? '').split(path.delimiter)) {
    const there = await access(path.join(folder, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return;
  }
  throw new EdgeError('COMPILE_TOOL_MISSING', { tool, target, aptPackage });
}
