import type { Prediction } from '../types.js';
import type { Condition, Verdict } from './condition.js';

/** Holds where a condition held in `count` of the last `within` frames and holds on this one; counts anew after it was acted on. */
export class FrameWindow implements Condition {
  readonly #inner: Condition;
  readonly #frames: { readonly count: number; readonly within: number };
  /** Whether the condition held, for the last frames, the newest last; and the same since it was acted on. */
  #all: boolean[] = [];
  #sinceActed: boolean[] = [];

  constructor(inner: Condition, frames: { count: number; within: number }) {
    this.#inner = inner;
    this.#frames = frames;
  }

  see(predictions: readonly Prediction[], nowMs: number): Verdict {
    const { count, within } = this.#frames;
    const inner = this.#inner.see(predictions, nowMs);
    this.#all = [...this.#all, inner.holds].slice(-within);
    this.#sinceActed = [...this.#sinceActed, inner.holds].slice(-within);
    const enough = (history: boolean[]) => history.filter(Boolean).length >= count;
    return {
      ...inner,
      holds: inner.holds && enough(this.#all),
      isNew: inner.isNew && enough(this.#sinceActed),
      reason: `${inner.reason}, in ${this.#all.filter(Boolean).length} of the last ${this.#all.length} frames (${count} of ${within} wanted)`,
    };
  }

  acted(): void {
    this.#sinceActed = [];
    this.#inner.acted();
  }
}
