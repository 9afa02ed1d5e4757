import type { ConditionConfig } from '../config/rule.js';
import type { Box, Prediction } from '../types.js';
import type { Condition, Verdict } from './condition.js';

type Region = NonNullable<ConditionConfig['region']>;

/** How long one thing has been there. */
interface Stay {
  readonly sinceMs: number;
  lastMs: number;
  acted: boolean;
}

/** Stays of what is not tracked go by this. */
const untracked = 0;

/** Waits for labels: in a region, so many at once, for some time, or absent for some time. */
export class LabelCondition implements Condition {
  readonly #config: ConditionConfig;
  readonly #labels: ReadonlySet<string>;
  readonly #stays = new Map<number, Stay>();
  /** When it was seen last; the first frame counts, since nothing is known of the time before. */
  #lastSeenMs: number | undefined;
  #actedOnAbsence = false;

  constructor(config: ConditionConfig) {
    this.#config = config;
    this.#labels = new Set([config.label ?? []].flat());
  }

  see(predictions: readonly Prediction[], nowMs: number): Verdict {
    const { atLeast, dwell, absentSeconds } = this.#config;
    const matches = this.#matches(predictions);
    const seen = matches.length >= atLeast;
    const [best] = matches;
    const wanted = [...this.#labels].join(' or ');
    const verdict = {
      label: best?.label ?? [...this.#labels][0] ?? '',
      confidence: best?.confidence ?? 0,
    };
    if (absentSeconds !== undefined)
      return { ...verdict, ...this.#absence(seen, absentSeconds, nowMs, wanted) };
    const what = best ? `${best.label} at ${best.confidence.toFixed(2)}` : `no ${wanted}`;
    const reason = atLeast > 1 ? `${matches.length} of ${wanted} (${atLeast} wanted)` : what;
    if (dwell) return { ...verdict, ...this.#dwelling(seen ? matches : [], dwell, nowMs, reason) };
    return { ...verdict, holds: seen, isNew: true, reason };
  }

  acted(): void {
    const { dwell } = this.#config;
    this.#actedOnAbsence = true;
    for (const stay of this.#stays.values())
      if (dwell && stay.lastMs - stay.sinceMs >= dwell.seconds * 1000) stay.acted = true;
  }

  /** Boxes; where there are none, the best prediction only: the others are what the frame does not show. */
  #matches(predictions: readonly Prediction[]): readonly Prediction[] {
    const { minConfidence, region } = this.#config;
    const candidates = predictions.some(({ box }) => box) ? predictions : predictions.slice(0, 1);
    return candidates.filter(
      ({ label, confidence, box }) =>
        this.#labels.has(label) && confidence >= minConfidence && (!region || (box && isIn(box, region))),
    );
  }

  #absence(seen: boolean, seconds: number, nowMs: number, wanted: string) {
    if (seen || this.#lastSeenMs === undefined) this.#lastSeenMs = nowMs;
    if (seen) this.#actedOnAbsence = false;
    const goneMs = nowMs - this.#lastSeenMs;
    return {
      holds: !seen && goneMs >= seconds * 1000,
      isNew: !this.#actedOnAbsence,
      reason: `no ${wanted} for ${(goneMs / 1000).toFixed(1)} s (${seconds} wanted)`,
    };
  }

  #dwelling(
    matches: readonly Prediction[],
    { seconds, gapSeconds }: NonNullable<ConditionConfig['dwell']>,
    nowMs: number,
    reason: string,
  ) {
    for (const [track, { lastMs }] of this.#stays)
      if (nowMs - lastMs > gapSeconds * 1000) this.#stays.delete(track);
    const present = new Set(matches.map(({ track = untracked }) => track));
    for (const track of present) {
      const stay = this.#stays.get(track);
      if (stay) stay.lastMs = nowMs;
      else this.#stays.set(track, { sinceMs: nowMs, lastMs: nowMs, acted: false });
    }
    const there = [...this.#stays].filter(([track]) => present.has(track)).map(([, stay]) => stay);
    const long = there.filter(({ sinceMs }) => nowMs - sinceMs >= seconds * 1000);
    const longestMs = Math.max(0, ...there.map(({ sinceMs }) => nowMs - sinceMs));
    return {
      holds: long.length > 0,
      isNew: long.some(({ acted }) => !acted),
      reason: `${reason}, for ${(longestMs / 1000).toFixed(1)} s (${seconds} wanted)`,
    };
  }
}

function isIn([x, y, width, height]: Box, { box, by, minOverlap }: Region): boolean {
  const [left, top, across, down] = box;
  if (by === 'center') {
    const [cx, cy] = [x + width / 2, y + height / 2];
    return cx >= left && cx <= left + across && cy >= top && cy <= top + down;
  }
  const shared = (a: number, aLength: number, b: number, bLength: number) =>
    Math.max(0, Math.min(a + aLength, b + bLength) - Math.max(a, b));
  const area = width * height;
  return area > 0 && (shared(x, width, left, across) * shared(y, height, top, down)) / area >= minOverlap;
}
