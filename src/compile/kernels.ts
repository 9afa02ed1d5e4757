import { EdgeError, isEdgeError } from '../errors/index.js';
import type { Compiled, Description } from './description.js';
import type { Proof } from './proof.js';
import type { CompileSteps } from './steps.js';

type Targets = Compiled['targets'];

export interface KernelsResult {
  /** All that were asked for, by whatever compiler. */
  readonly compiled: Compiled;
  /** Those that the kernels compiled. */
  readonly byKernels: readonly string[];
  /** Why others were not, and what could not be proven here. */
  readonly notes: readonly string[];
}

/**
 * Has the kernels of this product compile what they can for x64, proves it, and leaves everything else to TVM.
 * @param prove runs the targets on the golden samples, as far as they fit this machine
 * @throws as CompileSteps.compile does
 */
export async function compileByKernels(
  steps: CompileSteps,
  description: Description,
  targets: readonly string[],
  prove: (targets: Targets) => Promise<Proof>,
): Promise<KernelsResult> {
  const { onnx } = description;
  const wanted = targets.filter((target) => target.startsWith('x64-'));
  const notes: string[] = [];
  const instead = (reason: string) => notes.push(`TVM compiles it instead of the kernels: ${reason}`);
  let made: Targets = {};
  if (onnx === undefined) instead('the model has no ONNX form that they could read');
  else if (wanted.length > 0) made = await tryKernels(steps, onnx, wanted, instead);
  const kept: Targets = {};
  const { right, wrong } = Object.keys(made).length > 0 ? await prove(made) : { right: [], wrong: [] };
  for (const [target, place] of Object.entries(made)) {
    const failure = wrong.find((step) => step.target === target);
    if (failure) instead(`${target}: ${failure.reason ?? ''}`);
    else kept[target] = place;
    if (!failure && !right.includes(target))
      notes.push(`${target} does not run on this machine, so no golden sample has proven it yet`);
  }
  const rest = await steps.compile(
    description,
    targets.filter((target) => !(target in kept)),
  );
  const all = { ...rest.targets, ...kept };
  const inOrder = targets.flatMap((target) => (all[target] ? [[target, all[target]] as const] : []));
  return { compiled: { targets: Object.fromEntries(inOrder) }, byKernels: Object.keys(kept), notes };
}

async function tryKernels(
  steps: CompileSteps,
  onnx: string,
  targets: readonly string[],
  instead: (reason: string) => void,
): Promise<Targets> {
  try {
    const { targets: made, failed = {} } = await steps.compileWithKernels(onnx, targets);
    for (const [target, reason] of Object.entries(failed)) instead(`${target}: ${reason}`);
    return made;
  } catch (error) {
    if (!isEdgeError(error) || error.code !== 'COMPILE_OPERATOR_UNSUPPORTED') throw error;
    instead((error as EdgeError<'COMPILE_OPERATOR_UNSUPPORTED'>).details.operators.join(', '));
    return {};
  }
}
