import { EdgeError } from '../errors/index.js';
import type { Prediction } from '../types.js';
import { classProbabilities, detectionRows, isDetection } from '../v1-prediction.js';

/** The two kinds of inference that the v1 connectors had. */
export const algorithms = ['image-classification', 'object-detection'] as const;
export type Algorithm = (typeof algorithms)[number];

/** `AlgoType` and `ServiceName` of the v1 SDK. */
export const v1Name = /^[a-zA-Z0-9][a-zA-Z0-9-]{1,62}$/;

/**
 * The body with which the v1 connectors answered: one probability a class, in the order of the model; or
 * `{"prediction": [[class, confidence, x_min, y_min, x_max, y_max], …]}` with relative coordinates.
 * @throws EdgeError SERVICE_REQUEST_INVALID where the model does the other thing
 */
export function v1Answer(
  algorithm: Algorithm,
  predictions: readonly Prediction[],
  labels: readonly string[],
): unknown {
  const detects = isDetection(predictions);
  if (algorithm === 'image-classification') {
    if (detects || predictions.length === 0)
      throw new EdgeError('SERVICE_REQUEST_INVALID', {
        problem: 'the model detects objects, it does not classify',
      });
    return classProbabilities(predictions, labels);
  }
  if (!detects && predictions.length > 0)
    throw new EdgeError('SERVICE_REQUEST_INVALID', {
      problem: 'the model classifies, it does not detect objects',
    });
  return { prediction: detectionRows(predictions, labels) };
}
