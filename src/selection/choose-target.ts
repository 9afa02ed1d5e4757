import {
  noTarget,
  readPackage,
  sortTargets,
  thisMachine,
  type Machine,
  type PackageContents,
} from '../models/index.js';
import type { OpenModelSpec } from '../pipeline/load-model.js';
import { fastest, walk, type WalkCandidate, type WalkOptions, type WalkStep } from './walk.js';

/** Which target of a package is used here, why, and what became of the others. */
export interface TargetChoice {
  readonly target: string;
  readonly because: 'configured' | 'only' | 'fastest';
  /** In the order in which they were considered. */
  readonly steps: readonly WalkStep[];
}

/** The targets of a package, as far as nothing has been loaded. */
export interface Prospect {
  readonly contents: PackageContents;
  readonly candidates: readonly WalkCandidate[];
  readonly unfit: readonly WalkStep[];
}

/** @throws EdgeError of readPackage */
export async function prospectOf(spec: OpenModelSpec, machine: Machine = thisMachine()): Promise<Prospect> {
  const contents = await readPackage(spec.model);
  const { targets } = contents.manifest;
  const wish = { runtime: spec.model.runtime, name: spec.model.target };
  const { fitting, unfit } = sortTargets(targets, machine, wish);
  const runtimeOf = (name: string) => targets.find((target) => target.name === name)?.runtime ?? 'dlr';
  return {
    contents,
    candidates: fitting.map(({ name, runtime }) => ({
      target: name,
      runtime,
      job: { type: 'package', prove: true, spec: { ...spec, model: { ...spec.model, target: name } } },
    })),
    unfit: unfit.map(({ target, reason }) => ({
      target,
      runtime: runtimeOf(target),
      outcome: 'unfit',
      reason,
    })),
  };
}

/**
 * Walks the decision tree: an explicit choice → targets that fit this machine → of those that pass the golden samples, the
 * fastest measured here. Where only one fits nothing is tried: its own process proves it.
 * @throws EdgeError MODEL_NO_TARGET with the reason for each; of readPackage; the reason of the signal
 */
export async function chooseTarget(spec: OpenModelSpec, options: WalkOptions = {}): Promise<TargetChoice> {
  const { contents, candidates, unfit } = await prospectOf(spec);
  const [only, ...more] = candidates;
  const steps = more.length === 0 && options.measure !== 'always' ? [] : await walk(candidates, options);
  const all = [...steps, ...unfit];
  const configured = spec.model.target !== undefined || (spec.model.runtime ?? 'auto') !== 'auto';
  if (only && steps.length === 0)
    return { target: only.target, because: configured ? 'configured' : 'only', steps: all };
  const best = fastest(steps);
  if (!best)
    return noTarget(
      contents.manifest.name,
      all.map(({ reason = '', ...step }) => ({ ...step, reason })),
    );
  const because =
    configured && candidates.length === 1 ? 'configured' : best.medianMs === undefined ? 'only' : 'fastest';
  return { target: best.target, because, steps: all };
}
