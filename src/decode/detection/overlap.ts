import type { Candidate, Corners } from './candidate.js';

/** Intersection over union, 0..1; 0 where either box is empty. */
export function overlapOf(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (areaOf(a) + areaOf(b) - both);
}

const areaOf = ([left, top, right, bottom]: Corners): number => (right - left) * (bottom - top);

/**
 * Non-maximum suppression: from the best down, a candidate goes where it overlaps a better one of its label by more than the
 * threshold. Returns them best first; equal scores stay in the order of the outputs.
 */
export function withoutDoubles(candidates: readonly Candidate[], threshold: number): Candidate[] {
  const sorted = [...candidates].sort((a, b) => b.score - a.score);
  if (threshold >= 1) return sorted;
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    const isDouble = kept.some(
      (better) =>
        better.label === candidate.label && overlapOf(better.corners, candidate.corners) > threshold,
    );
    if (!isDouble) kept.push(candidate);
  }
  return kept;
}
