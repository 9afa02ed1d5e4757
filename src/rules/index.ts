import type { RuleConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import { Rule } from './rule.js';

/** Which rule fired on a frame. */
export interface Decision {
  readonly rule: string;
  readonly label: string;
  readonly confidence: number;
}

/** The rules of one pipeline, in their order; each keeps its own memory of the last frames. */
export class RuleSet {
  readonly #rules: readonly Rule[];

  constructor(configs: readonly RuleConfig[]) {
    this.#rules = configs.map((config, index) => new Rule(config, config.name ?? `rule-${index + 1}`));
  }

  /**
   * Shows a frame to every rule.
   * @param nowMs of a monotonic clock
   * @returns those that fired, with what they ask for.
   */
  evaluate(
    predictions: readonly Prediction[],
    nowMs: number,
  ): { decision: Decision; actions: RuleConfig['do'] }[] {
    return this.#rules.flatMap((rule) => {
      const decision = rule.evaluate(predictions, nowMs);
      return decision ? [{ decision, actions: rule.actions }] : [];
    });
  }
}
