import type { ConditionConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import type { Condition, Verdict } from './condition.js';

/** An anomaly begins at one score and is over below another, so that a score that wavers in between fires once. */
export class AnomalyCondition implements Condition {
  readonly #limits: NonNullable<ConditionConfig['anomaly']>;
  #raised = false;
  #acted = false;

  constructor(limits: NonNullable<ConditionConfig['anomaly']>) {
    this.#limits = limits;
  }

  see(predictions: readonly Prediction[]): Verdict {
    const { above, below } = this.#limits;
    const score = scoreOf(predictions);
    if (score === undefined)
      return {
        holds: this.#raised,
        isNew: false,
        label: 'anomaly',
        confidence: 0,
        reason: 'there is no score',
      };
    if (score >= above) this.#raised = true;
    else if (score < below) this.#raised = this.#acted = false;
    return {
      holds: this.#raised,
      isNew: !this.#acted,
      label: 'anomaly',
      confidence: Math.min(
        1,
        Math.max(0, predictions.find(({ label }) => label === 'anomaly')?.confidence ?? 0),
      ),
      reason: `the anomaly score is ${score} (from ${above} until below ${below})`,
    };
  }

  acted(): void {
    this.#acted = this.#raised;
  }
}

/** The score that the model gives; without one, the confidence of `anomaly`. */
function scoreOf(predictions: readonly (Prediction & { readonly score?: number })[]): number | undefined {
  return (
    predictions.find(({ score }) => score !== undefined)?.score ??
    predictions.find(({ label }) => label === 'anomaly')?.confidence
  );
}
