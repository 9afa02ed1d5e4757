import type { RuleConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import { Rule } from './rule.js';

/** Which rule fired on a frame. */
export interface Decision {
  readonly rule: string;
  readonly label: string;
  readonly confidence: number;
}

/** A rule that cannot work with the model, and so does not. */
export interface RefusedRule {
  readonly rule: string;
  /** Those of its labels that the model does not have. */
  readonly labels: readonly string[];
}

export interface Fired {
  readonly decision: Decision;
  readonly actions: RuleConfig['do'];
  readonly reason: string;
}

export interface Evaluation {
  /** Rules that fired, with what they ask for. */
  readonly fired: readonly Fired[];
  /** Actions of rules whose condition held on the frame before and no longer does. */
  readonly ended: RuleConfig['do'];
}

/** The rules of one pipeline, in their order; each keeps its own memory of the last frames. */
export class RuleSet {
  readonly #rules: readonly Rule[];
  #refused: readonly RefusedRule[] = [];
  readonly #holding = new Set<Rule>();

  constructor(configs: readonly RuleConfig[]) {
    this.#rules = configs.map((config, index) => new Rule(config, config.name ?? `rule-${index + 1}`));
  }

  get refused(): readonly RefusedRule[] {
    return this.#refused;
  }

  /** Refuses rules about labels that the model does not have: they would never fire, and nobody would know. */
  checkLabels(known: readonly string[]): readonly RefusedRule[] {
    this.#refused = this.#rules
      .map(({ name, labels }) => ({ rule: name, labels: labels.filter((label) => !known.includes(label)) }))
      .filter(({ labels }) => labels.length > 0);
    return this.#refused;
  }

  /**
   * Shows a frame to every rule.
   * @param nowMs of a monotonic clock
   * @param wallClock for schedules
   */
  evaluate(predictions: readonly Prediction[], nowMs: number, wallClock = new Date()): Evaluation {
    const fired: Fired[] = [];
    const ended: RuleConfig['do'] = [];
    for (const rule of this.#rules) {
      if (this.#refused.some((refused) => refused.rule === rule.name)) continue;
      const { decision, holds, reason } = rule.evaluate(predictions, nowMs, wallClock);
      if (decision) fired.push({ decision, actions: rule.actions, reason });
      if (holds) this.#holding.add(rule);
      else if (this.#holding.delete(rule)) ended.push(...rule.actions);
    }
    return { fired, ended };
  }
}
