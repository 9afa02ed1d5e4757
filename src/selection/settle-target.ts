import type { Logger } from '../logger.js';
import type { PipelineSpec } from '../pipeline/spec.js';
import type { ProvenModels } from '../proven-models.js';
import { chooseTarget, type TargetChoice } from './choose-target.js';
import type { WalkStep } from './walk.js';

/** A pipeline whose model has its target, and how that was found where it was not known before. */
export interface Settled {
  readonly spec: PipelineSpec;
  readonly choice: TargetChoice | undefined;
}

/**
 * Gives the model of a pipeline its target: the one that was found best on this machine before, else the one that is found now.
 * The one at work goes on meanwhile: all of it happens in processes of its own.
 * @throws EdgeError MODEL_NO_TARGET with the reason for each target; of the package; the reason of the signal
 */
export async function settleTarget(
  spec: PipelineSpec,
  proven: ProvenModels,
  logger: Logger,
  signal: AbortSignal,
): Promise<Settled> {
  const known = await proven.choiceFor(spec);
  if (known !== undefined) return { spec: preferring(spec, known), choice: undefined };
  const choice = await chooseTarget(spec, { signal });
  const settled = preferring(spec, choice.target);
  for (const { target, code, reason } of passedOver(choice))
    logger.warn({ target, code }, `TARGET_PASSED_OVER The target ${target} is not used: ${reason ?? ''}`);
  if (choice.steps.some(({ outcome }) => outcome === 'good')) {
    logger.info({ target: choice.target, targets: choice.steps }, 'the targets of the model were measured');
    await proven.add(settled);
  }
  await proven.choose(spec, choice.target);
  return { spec: settled, choice };
}

/** What was tried and is not right; what does not fit this machine is no fault. */
export const passedOver = ({ steps }: TargetChoice): WalkStep[] =>
  steps.filter(({ outcome }) => outcome === 'failed');

const preferring = (spec: PipelineSpec, preferred: string): PipelineSpec => ({
  ...spec,
  model: { ...spec.model, preferred },
});
