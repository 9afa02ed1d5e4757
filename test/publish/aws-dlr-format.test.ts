import { expect, it } from 'vitest';
import { formatAwsDlr } from '../../src/publish/aws-dlr-format.js';
import type { NativeResult } from '../../src/publish/index.js';

const result = (predictions: NativeResult['predictions']): NativeResult => ({
  version: 1,
  id: 'x-1',
  thing: 't',
  pipeline: 'p',
  model: { name: 'm', version: '1.0.0', digest: '0', runtime: 'dlr' },
  frame: { id: 1, capturedAt: '2026-01-02T03:04:05Z', width: 1, height: 1 },
  predictions,
  timingsMs: { capture: 0, preprocess: 0, infer: 0, decode: 0 },
});
// Without a zone: local time, as the format is.
const now = new Date(2022, 11, 27, 0, 38, 48, 33);

it("writes the message of AWS's component to the letter", () => {
  const predictions = [
    { label: 'macaw', confidence: 0.5983218 },
    { label: 'perroquet gris à queue', confidence: 0.3 + 0.01 },
    { label: 'parrot', confidence: 0.09 },
  ];
  expect(formatAwsDlr(result(predictions), now)).toBe(
    '{"timestamp": "2022-12-27 00:38:48.033000", "inference-type": "image-classification", ' +
      '"inference-description": "Top 5 predictions with score 0.3 or above ", ' +
      '"inference-results": [{"Label": "macaw", "Score": "0.5983218"}, {"Label": "perroquet gris \\u00e0 queue", "Score": "0.31"}]}',
  );
});

it('publishes empty results too, and a whole number as Python writes it', () => {
  expect(formatAwsDlr(result([{ label: 'a', confidence: 0.2 }]), now)).toContain('"inference-results": []}');
  expect(formatAwsDlr(result([{ label: 'a', confidence: 1 }]), now)).toContain('"Score": "1.0"');
});
