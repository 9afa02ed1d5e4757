import type { ConditionConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import { AnomalyCondition } from './anomaly-condition.js';
import { AllCondition, AnyCondition, NotCondition } from './combined-condition.js';
import { FrameWindow } from './frame-window.js';
import { LabelCondition } from './label-condition.js';

/** What a condition says of a frame. */
export interface Verdict {
  /** It holds. */
  readonly holds: boolean;
  /** It has not been acted on since it began to hold; a plain label is new on each frame. */
  readonly isNew: boolean;
  /** What a decision names. */
  readonly label: string;
  readonly confidence: number;
  /** Why it holds or does not, for a person. */
  readonly reason: string;
}

/** A condition with its memory of the last frames. */
export interface Condition {
  /** @param nowMs of a monotonic clock */
  see(predictions: readonly Prediction[], nowMs: number): Verdict;
  /** The rule fired on what was seen last. */
  acted(): void;
}

export function createCondition(config: ConditionConfig): Condition {
  const condition = createPlain(config);
  return config.frames.within > 1 || config.frames.count > 1
    ? new FrameWindow(condition, config.frames)
    : condition;
}

function createPlain(config: ConditionConfig): Condition {
  if (config.all) return new AllCondition(config.all.map(createCondition));
  if (config.any) return new AnyCondition(config.any.map(createCondition));
  if (config.not) return new NotCondition(createCondition(config.not));
  if (config.anomaly) return new AnomalyCondition(config.anomaly);
  return new LabelCondition(config);
}

/** The labels that a condition and its parts wait for. */
export function labelsOf(config: ConditionConfig): string[] {
  const parts = [...(config.all ?? []), ...(config.any ?? []), ...(config.not ? [config.not] : [])];
  return [...(config.label === undefined ? [] : [config.label].flat()), ...parts.flatMap(labelsOf)];
}
