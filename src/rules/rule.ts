import type { RuleConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import { createCondition, labelsOf, type Condition } from './condition.js';
import type { Decision } from './index.js';
import { isScheduled } from './schedule.js';

/** What a rule did on a frame. */
export interface RuleVerdict {
  /** Set where it fired. */
  readonly decision: Decision | undefined;
  /** Why, or why not. */
  readonly reason: string;
  /** The condition holds, whether or not the rule fires again. */
  readonly holds: boolean;
}

/** Fires when its condition holds and is new, within its schedule, then rests for the cooldown. */
export class Rule {
  readonly name: string;
  readonly #config: RuleConfig;
  readonly #condition: Condition;
  #restsUntilMs = -Infinity;

  constructor(config: RuleConfig, name: string) {
    this.#config = config;
    this.name = name;
    this.#condition = createCondition(config.when);
  }

  get actions(): RuleConfig['do'] {
    return this.#config.do;
  }

  /** The labels that it waits for. */
  get labels(): string[] {
    return labelsOf(this.#config.when);
  }

  evaluate(predictions: readonly Prediction[], nowMs: number, wallClock: Date): RuleVerdict {
    const { holds, isNew, label, confidence, reason } = this.#condition.see(predictions, nowMs);
    if (!isScheduled(this.#config.schedule, wallClock))
      return { decision: undefined, holds: false, reason: `outside its schedule; ${reason}` };
    if (!holds || !isNew) return { decision: undefined, holds, reason };
    if (nowMs < this.#restsUntilMs) {
      const left = ((this.#restsUntilMs - nowMs) / 1000).toFixed(1);
      return { decision: undefined, holds, reason: `rests for another ${left} s; ${reason}` };
    }
    this.#restsUntilMs = nowMs + this.#config.cooldownSeconds * 1000;
    this.#condition.acted();
    return { decision: { rule: this.name, label, confidence }, holds, reason };
  }
}
