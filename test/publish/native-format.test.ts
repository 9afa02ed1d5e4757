import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { formatNative } from '../../src/publish/native-format.js';
import { nativeResultSchema, type NativeResult } from '../../src/publish/native-result.js';

const result = (predictions: NativeResult['predictions']): NativeResult => ({
  version: 1,
  id: 'a1b2c3-1',
  thing: 'press-4',
  pipeline: 'belt-1',
  model: { name: 'waste-sorter', version: '1.0.0', digest: 'f'.repeat(64), runtime: 'dlr' },
  frame: { id: 1, capturedAt: '2026-01-02T03:04:05.678Z', width: 640, height: 480, name: '01-glass.jpg' },
  predictions,
  decision: { rule: 'open-glass', label: 'glass', confidence: 0.987654321 },
  timingsMs: { capture: 3.14159, preprocess: 0.1, infer: 11.123, decode: 0.02 },
});

it('the native result is JSON that its published schema accepts, with numbers rounded to what means something', () => {
  const text = formatNative(result([{ label: 'glass', confidence: 0.987654321, box: [0.1, 0.2, 0.3, 0.4] }]));
  const message = JSON.parse(text) as NativeResult;
  const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(
    z.toJSONSchema(nativeResultSchema),
  );
  expect(validate(message), JSON.stringify(validate.errors)).toBe(true);
  expect(message.predictions[0]?.confidence).toBe(0.98765);
  expect(message.timingsMs.capture).toBe(3.14);
  expect(message.truncated).toBeUndefined();
});

it('a result above 6,000 bytes loses its least likely predictions, and says so', () => {
  const predictions = Array.from({ length: 1000 }, (_, index) => ({
    label: `päckchen-${index}`,
    confidence: 1 / (index + 1),
  }));
  const text = formatNative(result(predictions));
  expect(Buffer.byteLength(text)).toBeLessThan(6000);
  const message = JSON.parse(text) as NativeResult;
  expect(message.truncated).toBe(true);
  expect(message.predictions.length).toBeGreaterThan(50);
  expect(message.predictions[0]).toEqual({ label: 'päckchen-0', confidence: 1 });
});
