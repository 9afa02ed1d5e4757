import type { RuleConfig } from '../config/rule.js';
import type { Prediction } from '../types.js';
import type { Decision } from './index.js';

/** Fires when its condition held in `count` of the last `within` frames, then rests for the cooldown. */
export class Rule {
  readonly #config: RuleConfig;
  readonly #name: string;
  readonly #labels: ReadonlySet<string>;
  /** Whether the condition held, for the last `within` frames, the newest last. */
  #history: boolean[] = [];
  #restsUntilMs = -Infinity;

  constructor(config: RuleConfig, name: string) {
    this.#config = config;
    this.#name = name;
    this.#labels = new Set([config.when.label].flat());
  }

  get actions(): RuleConfig['do'] {
    return this.#config.do;
  }

  evaluate(predictions: readonly Prediction[], nowMs: number): Decision | undefined {
    const { minConfidence, frames } = this.#config.when;
    const best = predictions[0];
    const holds = best !== undefined && this.#labels.has(best.label) && best.confidence >= minConfidence;
    this.#history = [...this.#history, holds].slice(-frames.within);

    // A frame on which the condition does not hold never fires, even with enough others behind it.
    const met = holds && this.#history.filter(Boolean).length >= frames.count;
    if (!met || nowMs < this.#restsUntilMs) return undefined;
    this.#restsUntilMs = nowMs + this.#config.cooldownSeconds * 1000;
    this.#history = [];
    return { rule: this.#name, label: best.label, confidence: best.confidence };
  }
}
