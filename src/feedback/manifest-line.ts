import type { Box, Prediction } from '../types.js';

/** A picture that was uploaded, and what the model said of it. */
export interface LabelledPicture {
  /** Of the uploaded picture, in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly predictions: readonly Prediction[];
  readonly detects: boolean;
  /** Names of the classes, in the order of the model. */
  readonly labels: readonly string[];
}

interface LineOptions {
  /** Name of the label attribute: its metadata are under this name with `-metadata`. */
  readonly attribute: string;
  readonly pipeline: string;
  readonly now: Date;
}

const maxConfidence = (value: number) => Math.min(1, Math.max(0, value));

/**
 * What a line of an augmented manifest says beside its `source-ref`: the model's own labels in the form of the output of a Ground Truth
 * labelling job, marked as not made by a person, so that a job for verification or adjustment can begin with them.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
 */
export function labelAttributes(
  picture: LabelledPicture,
  { attribute, pipeline, now }: LineOptions,
): Record<string, unknown> {
  const metadata = {
    'job-name': `greengrass-mli/${pipeline}`,
    'human-annotated': 'no',
    'creation-date': now.toISOString().slice(0, -1),
  };
  if (picture.detects) {
    const { value, more } = boxes(picture);
    return { [attribute]: value, [`${attribute}-metadata`]: { ...more, ...metadata } };
  }
  const [best] = picture.predictions;
  const place = best ? picture.labels.indexOf(best.label) : -1;
  if (!best || place < 0) return {};
  const more = {
    'class-name': best.label,
    confidence: maxConfidence(best.confidence),
    type: 'groundtruth/image-classification',
  };
  return {
    [attribute]: place,
    [`${attribute}-metadata`]: { ...more, ...metadata },
  };
}

function boxes({ size, predictions, labels }: LabelledPicture) {
  const found = predictions.flatMap(({ label, confidence, box }) => {
    const classId = labels.indexOf(label);
    return box && classId >= 0 ? [{ classId, label, confidence, box }] : [];
  });
  return {
    value: {
      image_size: [{ ...size, depth: 3 }],
      annotations: found.map(({ classId, box }) => ({ class_id: classId, ...inPixels(box, size) })),
    },
    more: {
      objects: found.map(({ confidence }) => ({ confidence: maxConfidence(confidence) })),
      'class-map': Object.fromEntries(found.map(({ classId, label }) => [String(classId), label])),
      type: 'groundtruth/object-detection',
    },
  };
}

/** Whole pixels within the picture, as Ground Truth wants them. */
function inPixels([x, y, width, height]: Box, size: { width: number; height: number }) {
  const left = Math.min(size.width - 1, Math.max(0, Math.round(x * size.width)));
  const top = Math.min(size.height - 1, Math.max(0, Math.round(y * size.height)));
  return {
    left,
    top,
    width: Math.max(1, Math.min(size.width - left, Math.round(width * size.width))),
    height: Math.max(1, Math.min(size.height - top, Math.round(height * size.height))),
  };
}
