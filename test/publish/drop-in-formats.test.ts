import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { formatAwsDlr } from '../../src/publish/aws-dlr-format.js';
import type { NativeResult } from '../../src/publish/index.js';
import { formatV1, formatV1S3Model } from '../../src/publish/v1-format.js';
import { pythonWith } from '../python-environment.js';

type Predictions = NativeResult['predictions'];

const result = (predictions: Predictions, name?: string): NativeResult => ({
  version: 1,
  id: 'x-1',
  thing: 't',
  pipeline: 'p',
  model: { name: 'm', version: '1.0.0', digest: '0', runtime: 'dlr' },
  frame: {
    id: 7,
    capturedAt: '2026-01-02T03:04:05Z',
    width: 1,
    height: 1,
    ...(name !== undefined && { name }),
  },
  predictions,
  timingsMs: { capture: 0, preprocess: 0, infer: 0, decode: 0 },
});
// Without a zone: local time, as the format is.
const now = new Date(2022, 11, 27, 0, 38, 48, 33);
const timestamp = '2022-12-27 00:38:48.033000';

describe('the messages in the guides', () => {
  it('of the v1 connector and of its variant with a model from S3 are written to the letter', () => {
    expect(formatV1(result([{ label: 'carton', confidence: 0.98 }]))).toBe(
      '{"confidence": 0.98, "prediction": "carton"}',
    );
    expect(
      formatV1S3Model(result([{ label: 'plastic bottle', confidence: 0.98 }], 'plastic_bottle.jpg')),
    ).toBe('[{"confidence": "0.98", "prediction": "plastic bottle", "image_name": "plastic_bottle.jpg"}]');
  });

  it("of AWS's classification are written to the letter, empty ones too", () => {
    const predictions = [
      { label: 'macaw', confidence: 0.5983218 },
      { label: 'perroquet gris à queue', confidence: 0.3 + 0.01 },
      { label: 'parrot', confidence: 0.09 },
    ];
    expect(formatAwsDlr(result(predictions), now)).toBe(
      `{"timestamp": "${timestamp}", "inference-type": "image-classification", ` +
        '"inference-description": "Top 5 predictions with score 0.3 or above ", ' +
        '"inference-results": [{"Label": "macaw", "Score": "0.5983218"}, {"Label": "perroquet gris \\u00e0 queue", "Score": "0.31"}]}',
    );
    expect(formatAwsDlr(result([{ label: 'a', confidence: 0.2 }]), now)).toContain(
      '"inference-results": []}',
    );
  });

  it("of AWS's detection have boxes in pixels of its input, and are published empty where nothing is seen", () => {
    const box = {
      label: 'dog',
      confidence: 0.75,
      box: [0.25, 0.125, 0.5, 0.5] as [number, number, number, number],
    };
    expect(formatAwsDlr(result([box]), now)).toContain(
      '"inference-type": "object-detection", "inference-description": "Top 5 predictions with score 0.3 or above ", ' +
        '"inference-results": [{"Label": "dog", "Score": "0.75", "Boundaries": "[128.  64. 384. 320.]"}]}',
    );
    expect(formatAwsDlr(result([]), now)).toContain('"object-detection", ');
  });

  it('name a picture that has no name after its pipeline and frame', () => {
    expect(formatV1S3Model(result([{ label: 'a', confidence: 1 }]))).toBe(
      '[{"confidence": "1.0", "prediction": "a", "image_name": "p-7.jpg"}]',
    );
  });
});

const python = await pythonWith({
  name: 'numpy',
  requirement: 'numpy==2.2.6',
  probe: ['-c', 'import numpy; print(numpy.__version__)'],
});

/** A sequence that is the same in each run. */
function* randomNumbers(): Generator<number, never> {
  for (let state = 12345; ;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

describe.skipIf(python === undefined)('against json.dumps and numpy', () => {
  const random = randomNumbers();
  const next = () => random.next().value;
  const labels = ['glass', 'Flasche "groß"', '猫\u{1f600}', 'a\tb\\c\u007f', 'kopp/\u2028'];
  const prediction = (index: number, withBox: boolean): Predictions[number] => {
    const confidence = Math.fround([next(), next() * 1e-4, 1, 0.3, next() * 1e-6][index % 5] ?? 0);
    const [x, y] = [next() * 0.9 * (index % 3 === 0 ? 1e-3 : 1), index % 4 === 0 ? 0 : next() * 0.5];
    const box = [x, y, next() * (1 - x), next() * (1 - y)] as [number, number, number, number];
    return { label: labels[index % 5] ?? '', confidence, ...(withBox && { box }) };
  };
  const cases = Array.from({ length: 400 }, (_, n) => {
    const format = (['classification', 'detection', 'v1', 'v1-s3-model'] as const)[n % 4] ?? 'v1';
    const count = 1 + (n % 9);
    const predictions = Array.from({ length: count }, (__, index) =>
      prediction(n + index, format === 'detection'),
    );
    if (format !== 'detection') predictions.sort((a, b) => b.confidence - a.confidence);
    return { format, predictions, timestamp, name: `bild-${n}-ü.jpg` };
  });

  it('400 messages are the same byte for byte', () => {
    const input = cases.map((item) => JSON.stringify(item)).join('\n');
    const expected = execFileSync(python ?? '', ['test/publish/drop_in_formats.py'], {
      input,
      encoding: 'utf8',
    });
    const lines = expected.trim().split('\n');
    expect(lines).toHaveLength(cases.length);
    const writers = {
      classification: formatAwsDlr,
      detection: formatAwsDlr,
      v1: formatV1,
      'v1-s3-model': formatV1S3Model,
    };
    cases.forEach(({ format, predictions, name }, index) => {
      expect(writers[format](result(predictions, name), now)).toBe(lines[index]);
    });
  });
});
