import type { NativeResult } from './native-result.js';

/** Larger messages are lost on nucleus lite; the limit leaves room for the topic and the frame around the message. */
export const maxResultBytes = 6000;

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Rounds to what means something: confidences and boxes to 5 digits, times to 0.01 ms. */
function rounded(result: NativeResult): NativeResult {
  const { capture, preprocess, infer, decode } = result.timingsMs;
  return {
    ...result,
    predictions: result.predictions.map((prediction) => ({
      ...prediction,
      confidence: round(prediction.confidence, 5),
      ...(prediction.score !== undefined && { score: Number(prediction.score.toPrecision(6)) }),
      ...(prediction.box && { box: prediction.box.map((value) => round(value, 5)) as typeof prediction.box }),
    })),
    ...(result.decision && {
      decision: { ...result.decision, confidence: round(result.decision.confidence, 5) },
    }),
    timingsMs: {
      capture: round(capture, 2),
      preprocess: round(preprocess, 2),
      infer: round(infer, 2),
      decode: round(decode, 2),
    },
  };
}

/** UTF-8 JSON below 6,000 bytes: the least likely predictions go first, and a mark says that some went. */
export function formatNative(result: NativeResult): string {
  let message = rounded(result);
  let text = JSON.stringify(message);
  while (Buffer.byteLength(text) >= maxResultBytes && message.predictions.length > 0) {
    const keep = Math.floor(message.predictions.length * 0.8);
    message = { ...message, predictions: message.predictions.slice(0, keep), truncated: true };
    text = JSON.stringify(message);
  }
  return text;
}
