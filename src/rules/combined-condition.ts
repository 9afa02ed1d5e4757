import type { Prediction } from '../types.js';
import type { Condition, Verdict } from './condition.js';

/** Every part sees every frame: each has a memory of its own. */
abstract class Combined implements Condition {
  readonly #parts: readonly Condition[];

  constructor(parts: readonly Condition[]) {
    this.#parts = parts;
  }

  see(predictions: readonly Prediction[], nowMs: number): Verdict {
    return this.join(this.#parts.map((part) => part.see(predictions, nowMs)));
  }

  acted(): void {
    for (const part of this.#parts) part.acted();
  }

  protected abstract join(verdicts: readonly Verdict[]): Verdict;
}

const reasons = (verdicts: readonly Verdict[], word: string): string =>
  verdicts.map(({ reason }) => reason).join(` ${word} `);

const nothing: Verdict = { holds: false, isNew: false, label: '', confidence: 0, reason: '' };

export class AllCondition extends Combined {
  protected join(verdicts: readonly Verdict[]): Verdict {
    return {
      ...(verdicts.find(({ label }) => label !== '') ?? nothing),
      holds: verdicts.every(({ holds }) => holds),
      isNew: verdicts.every(({ isNew }) => isNew),
      reason: reasons(verdicts, 'and'),
    };
  }
}

export class AnyCondition extends Combined {
  protected join(verdicts: readonly Verdict[]): Verdict {
    const holding = verdicts.filter(({ holds }) => holds);
    const fresh = holding.filter(({ isNew }) => isNew);
    return {
      ...(fresh[0] ?? holding[0] ?? verdicts[0] ?? nothing),
      holds: holding.length > 0,
      isNew: fresh.length > 0,
      reason: reasons(holding.length > 0 ? holding : verdicts, 'or'),
    };
  }
}

export class NotCondition extends Combined {
  constructor(part: Condition) {
    super([part]);
  }

  protected join([verdict = nothing]: readonly Verdict[]): Verdict {
    return {
      holds: !verdict.holds,
      isNew: true,
      // What is not there has no confidence.
      label: verdict.label,
      confidence: 0,
      reason: `not (${verdict.reason})`,
    };
  }
}
