import { readFileSync } from 'node:fs';
import { EdgeError } from '../errors/index.js';
import type { ModelTarget } from './manifest.js';

/** What decides which compiled artifacts this machine can run. */
export interface Machine {
  readonly os: string;
  /** As Node names it: x64, arm64, arm. */
  readonly architecture: string;
  readonly cpuFeatures: ReadonlySet<string>;
}

/** Reads the CPU's features from /proc/cpuinfo (`flags` on x86, `Features` on ARM). */
export function thisMachine(): Machine {
  const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo);
  return {
    os: process.platform,
    architecture: process.arch,
    cpuFeatures: new Set(line?.[1]?.split(' ') ?? []),
  };
}

/** Why a target cannot run on the machine; undefined where it can. */
export function obstacle(target: ModelTarget, machine: Machine): string | undefined {
  const platform = target.platform;
  if (!platform) return undefined;
  if (platform.os !== machine.os || platform.architecture !== machine.architecture) {
    return `it is for ${platform.os} ${platform.architecture}, this machine is ${machine.os} ${machine.architecture}`;
  }
  const missing = platform.cpuFeatures.filter((feature) => !machine.cpuFeatures.has(feature));
  return missing.length > 0 ? `this CPU lacks ${missing.join(', ')}` : undefined;
}

/**
 * The target to load: the wanted one, or of those that fit the one that uses most of the CPU (a package names more
 * features for its more specialised artifacts).
 * @throws EdgeError MODEL_NO_TARGET with the reason for each target of the package.
 */
export function chooseTarget(
  model: string,
  targets: readonly ModelTarget[],
  machine: Machine,
  wanted: { runtime: 'dlr'; name?: string | undefined },
): ModelTarget {
  const reasons: string[] = [];
  const fitting: ModelTarget[] = [];
  for (const target of targets) {
    const reason =
      wanted.name !== undefined && target.name !== wanted.name
        ? `the configuration asks for ${wanted.name}`
        : target.runtime !== wanted.runtime
          ? `it is for the runtime ${target.runtime}, ${wanted.runtime} is in use`
          : obstacle(target, machine);
    if (reason === undefined) fitting.push(target);
    else reasons.push(`${target.name}: ${reason}`);
  }
  const features = (target: ModelTarget) => target.platform?.cpuFeatures.length ?? 0;
  const best = fitting.sort((a, b) => features(b) - features(a))[0];
  if (!best) throw new EdgeError('MODEL_NO_TARGET', { model, reasons });
  return best;
}
