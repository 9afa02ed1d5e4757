import { entry } from './entry.js';

/** Errors of object detection. */
export const detectionErrors = {
  DETECT_LABELS_UNKNOWN: entry<{ model: string; unknown: readonly string[]; known: readonly string[] }>({
    message: ({ model, unknown }) =>
      `detect.labels names ${unknown.join(', ')}, which the model ${model} does not know.`,
    remedy: ({ known }) => `Use labels of the model: ${known.join(', ')}.`,
  }),
};
