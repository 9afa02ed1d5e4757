import type { NativeResult } from './native-result.js';
import { numpyFloat32, numpyRow, pythonJson, pythonTimestamp } from './python-text.js';

/**
 * The messages of AWS's components aws.greengrass.DLRImageClassification and DLRObjectDetection 2.1.x (and of their TensorFlow
 * Lite twins), to the letter: a local time without a zone, scores that are strings, a description that ends with a space.
 */
const threshold = 0.3;
const topCount = 5;
/** Boxes there are in pixels of the model's input, to which the whole frame is stretched. */
const detectionInput = 512;

type Prediction = NativeResult['predictions'][number];

/** @param now when the message is made */
export function formatAwsDlr({ predictions }: NativeResult, now: Date = new Date()): string {
  // A classifier always has predictions; a detector that sees nothing has none.
  const detects = predictions.length === 0 || predictions.some(({ box }) => box !== undefined);
  return pythonJson({
    timestamp: pythonTimestamp(now),
    'inference-type': detects ? 'object-detection' : 'image-classification',
    'inference-description': `Top ${topCount} predictions with score ${threshold} or above `,
    'inference-results': detects ? detections(predictions) : classes(predictions),
  });
}

/** Cut at five, then filtered. */
const classes = (predictions: readonly Prediction[]) =>
  predictions
    .slice(0, topCount)
    .filter(isSure)
    .map(({ label, confidence }) => ({ Label: label, Score: numpyFloat32(confidence) }));

/** Filtered, then cut at five. */
const detections = (predictions: readonly Prediction[]) =>
  predictions
    .filter(isSure)
    .slice(0, topCount)
    .map(({ label, confidence, box: [x, y, width, height] = [0, 0, 1, 1] }) => ({
      Label: label,
      Score: numpyFloat32(confidence),
      Boundaries: numpyRow([x, y, x + width, y + height].map((value) => value * detectionInput)),
    }));

const isSure = ({ confidence }: Prediction): boolean => confidence >= threshold;
