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

/** What the configuration asks for. */
export interface TargetWish {
  /** @default 'auto' */
  readonly runtime?: 'auto' | 'dlr' | 'onnx' | undefined;
  /** Name of the one target to use. */
  readonly name?: string | undefined;
}

/** A target that is not used, and why. */
export interface PassedOver {
  readonly target: string;
  readonly reason: string;
  /** Of its error, where it was tried. */
  readonly code?: string;
}

/**
 * Which targets of a package this machine can run and the configuration allows, as far as that can be seen without loading
 * anything: compiled ones first, and of those the ones that use most of the CPU (a package names more features for its more
 * specialised artifacts).
 */
export function sortTargets(
  targets: readonly ModelTarget[],
  machine: Machine,
  wish: TargetWish,
): { fitting: ModelTarget[]; unfit: PassedOver[] } {
  const unfit: PassedOver[] = [];
  const fitting: ModelTarget[] = [];
  for (const target of targets) {
    const reason = refusal(target, wish) ?? obstacle(target, machine);
    if (reason === undefined) fitting.push(target);
    else unfit.push({ target: target.name, reason });
  }
  const features = (target: ModelTarget) => target.platform?.cpuFeatures.length ?? 0;
  const rank = (target: ModelTarget) => (target.runtime === 'dlr' ? 1000 : 0) + features(target);
  return { fitting: fitting.sort((a, b) => rank(b) - rank(a)), unfit };
}

function refusal(target: ModelTarget, { runtime = 'auto', name }: TargetWish): string | undefined {
  if (name !== undefined && target.name !== name) return `the configuration asks for ${name}`;
  if (runtime !== 'auto' && target.runtime !== runtime)
    return `it is for the runtime ${target.runtime}, the configuration asks for ${runtime}`;
  return undefined;
}

/** @throws EdgeError always: none of the targets can be used */
export function noTarget(model: string, passedOver: readonly PassedOver[], cause?: unknown): never {
  const reasons = passedOver.map(
    ({ target, reason, code }) => `${target}: ${code === undefined ? '' : `${code}: `}${reason}`,
  );
  throw new EdgeError('MODEL_NO_TARGET', { model, reasons }, { cause });
}
