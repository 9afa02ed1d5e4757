import type { Prediction } from './types.js';

/** A model's predictions in the forms of the v1 connectors. */

export const isDetection = (predictions: readonly Prediction[]): boolean =>
  predictions.some(({ box }) => box !== undefined);

/** One probability a class, in the order of the model. */
export function classProbabilities(predictions: readonly Prediction[], labels: readonly string[]): number[] {
  const confidences = new Map(predictions.map(({ label, confidence }) => [label, confidence]));
  return labels.map((label) => confidences.get(label) ?? 0);
}

/** `[class, confidence, x_min, y_min, x_max, y_max]` each, with relative coordinates. */
export const detectionRows = (predictions: readonly Prediction[], labels: readonly string[]): number[][] =>
  predictions.map(({ label, confidence, box: [x, y, width, height] = [0, 0, 1, 1] }) => [
    labels.indexOf(label),
    confidence,
    x,
    y,
    x + width,
    y + height,
  ]);
