import type { NativeResult } from './native-result.js';
import { numpyFloat32, PythonFloat, pythonJson, shortestFloat32 } from './python-text.js';

/** The messages of the v1 accelerator, to the letter: the best prediction of a picture, in one of two forms. */

/** As its connector wrote it: the confidence is a number. */
export function formatV1({ predictions: [best] }: NativeResult): string {
  return pythonJson({
    confidence: new PythonFloat(shortestFloat32(best?.confidence ?? 0)),
    prediction: best?.label ?? '',
  });
}

/** As its variant with a model from S3 wrote it: an array, and strings only. */
export function formatV1S3Model({ predictions: [best], frame, pipeline }: NativeResult): string {
  if (!best) return '[]';
  return pythonJson([
    {
      confidence: numpyFloat32(best.confidence),
      prediction: best.label,
      image_name: frame.name ?? `${pipeline}-${frame.id}.jpg`,
    },
  ]);
}
