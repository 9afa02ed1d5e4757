import type { NativeResult } from './native-result.js';

/**
 * The message of AWS's component aws.greengrass.DLRImageClassification 2.1.x, to the letter: its subscribers were written against
 * Python's json.dumps, a local time without a zone, scores that are strings, and a description that ends with a space.
 */
const threshold = 0.3;
const topCount = 5;

/** @param now when the message is made */
export function formatAwsDlr(result: NativeResult, now: Date = new Date()): string {
  const results = result.predictions
    .slice(0, topCount)
    .filter(({ confidence }) => confidence >= threshold)
    .map(({ label, confidence }) => ({ Label: label, Score: pythonFloat32(confidence) }));
  return pythonJson({
    timestamp: pythonTimestamp(now),
    'inference-type': 'image-classification',
    'inference-description': `Top ${topCount} predictions with score ${threshold} or above `,
    'inference-results': results,
  });
}

/** `str(datetime.now())`: local time, a space, six digits of microseconds. */
function pythonTimestamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}000`;
}

/** `str(numpy.float32(value))` for values from 0.0001 up: the shortest decimal that is the same single-precision number. */
function pythonFloat32(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(single.toPrecision(digits)));
    if (Math.fround(Number(text)) === single) return Number.isInteger(Number(text)) ? `${text}.0` : text;
  }
  return String(single);
}

/** `json.dumps(value)`: ", " and ": " between items, non-ASCII escaped. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
