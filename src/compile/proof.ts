import { prospectOf, walk, type WalkStep } from '../selection/index.js';

/** What became of the targets, by the names that they have in the order (`x64-avx2`); those that do not fit this machine are in neither. */
export interface Proof {
  readonly right: readonly string[];
  readonly wrong: readonly WalkStep[];
}

/**
 * Runs the compiled targets of a package on this machine, each in a process of its own, against its golden samples.
 * @param folder of the package, which was made here
 * @throws EdgeError of readPackage; the reason of the signal
 */
export async function proveTargets(folder: string, signal: AbortSignal | undefined): Promise<Proof> {
  const dlr = { device: 'cpu', threads: 1 } as const;
  const { candidates } = await prospectOf({ model: { folder, allowUnpinned: true }, dlr });
  const compiled = candidates.filter(({ runtime }) => runtime === 'dlr');
  const steps = await walk(compiled, { measure: 'never', ...(signal && { signal }) });
  const ofOrder = steps.map((step) => ({ ...step, target: step.target.replace(/^dlr-/, '') }));
  return {
    right: ofOrder.filter(({ outcome }) => outcome === 'good').map(({ target }) => target),
    wrong: ofOrder.filter(({ outcome }) => outcome === 'failed'),
  };
}
