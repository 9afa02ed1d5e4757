import type { PipelineSpec } from '../pipeline/spec.js';
import type { ProvenModels } from '../proven-models.js';
import { chooseTarget, type TargetChoice } from './choose-target.js';

/** A pipeline whose model has its target, and how that was found where it was not known before. */
export interface Settled {
  readonly spec: PipelineSpec;
  readonly choice: TargetChoice | undefined;
}

/**
 * Gives the model of a pipeline its target: the one that was found best on this machine before, else the one that is found now.
 * The one at work goes on meanwhile: all of it happens in processes of its own, once for all pipelines of the model.
 * @throws EdgeError MODEL_NO_TARGET with the reason for each target; of the package; the reason of the signal
 */
export function settleTarget(
  spec: PipelineSpec,
  proven: ProvenModels,
  signal: AbortSignal,
): Promise<Settled> {
  return proven.inTurn(spec, signal, () => settle(spec, proven, signal));
}

async function settle(spec: PipelineSpec, proven: ProvenModels, signal: AbortSignal): Promise<Settled> {
  const known = await proven.choiceFor(spec);
  if (known !== undefined) return { spec: preferring(spec, known), choice: undefined };
  const choice = await chooseTarget(spec, { signal });
  const settled = preferring(spec, choice.target);
  if (choice.steps.some(({ outcome }) => outcome === 'good')) await proven.add(settled);
  await proven.choose(spec, choice.target);
  return { spec: settled, choice };
}

/** @param preferred what is tried first */
export const preferring = (spec: PipelineSpec, preferred: string): PipelineSpec => ({
  ...spec,
  model: { ...spec.model, preferred },
});
