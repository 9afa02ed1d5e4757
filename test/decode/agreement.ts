import type { Prediction } from '../../src/types.js';

/** Class, score, left, top, right, bottom in pixels, as the reference prints it. */
export type ReferenceBox = [
  label: number,
  score: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
];

export interface Agreement {
  readonly boxes: number;
  readonly agreed: number;
}

/**
 * Boxes of both sides that have their counterpart, of the same label, on the other side at this overlap; those with a lower score
 * than `sure` are counterparts alone: one side may have them just above, the other just below its threshold.
 */
export function agreement(
  frames: readonly { readonly ours: readonly Prediction[]; readonly reference: readonly ReferenceBox[] }[],
  about: { labels: readonly string[]; width: number; height: number; minOverlap: number; sure?: number },
): Agreement {
  const { sure = 0 } = about;
  let [boxes, agreed] = [0, 0];
  for (const { ours, reference } of frames) {
    const a = ours.map(({ label, confidence, box = [0, 0, 0, 0] }) => ({
      label,
      score: confidence,
      box: [box[0], box[1], box[0] + box[2], box[1] + box[3]],
    }));
    const b = reference.map(([label, score, left, top, right, bottom]) => ({
      label: about.labels[label] ?? '',
      score,
      // Ours are cut at the edges of the frame.
      box: [left / about.width, top / about.height, right / about.width, bottom / about.height].map((value) =>
        Math.min(1, Math.max(0, value)),
      ),
    }));
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const counted = from.filter(({ score }) => score >= sure);
      boxes += counted.length;
      agreed += counted.filter((one) =>
        to.some((other) => one.label === other.label && overlapOf(one.box, other.box) >= about.minOverlap),
      ).length;
    }
  }
  return { boxes, agreed };
}

function overlapOf(a: readonly number[], b: readonly number[]): number {
  const [al = 0, at = 0, ar = 0, ab = 0] = a;
  const [bl = 0, bt = 0, br = 0, bb = 0] = b;
  const both =
    Math.max(0, Math.min(ar, br) - Math.max(al, bl)) * Math.max(0, Math.min(ab, bb) - Math.max(at, bt));
  return both / ((ar - al) * (ab - at) + (br - bl) * (bb - bt) - both);
}
