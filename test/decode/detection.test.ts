import { describe, expect, it } from 'vitest';
import { decoderSchema } from '../../src/config/decoder.js';
import { detectSchema } from '../../src/config/detect.js';
import { createDecoder, type FrameContext } from '../../src/decode/index.js';
import { toFrame } from '../../src/preprocess/geometry.js';
import { tensorOf } from '../../src/tensor-values.js';
import type { DType, Tensor } from '../../src/types.js';

const labels = ['person', 'car'];
const input = { width: 64, height: 64 };
/** A frame that fills the input. */
const whole: FrameContext = {
  toFrame: (box) =>
    toFrame(
      { part: { x: 0, y: 0, width: 1, height: 1 }, content: { x: 0, y: 0, width: 64, height: 64 } },
      box,
    ),
};
const tensor = (shape: number[], values: readonly number[] = []): Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.set(values);
  return { dtype: 'float32', shape, data };
};
const decoder = (spec: object, detect: object = {}) =>
  createDecoder(decoderSchema.parse(spec), { model: 'm', labels, input }, detectSchema.parse(detect));

/** 8 x 8, 4 x 4 and 2 x 2 cells of strides 8, 16 and 32. */
const cells = 64 + 16 + 4;
function grid(rows: Record<number, readonly number[]>): Tensor {
  const output = tensor([1, cells, 7]);
  for (const [cell, values] of Object.entries(rows))
    (output.data as Float32Array).set(values, Number(cell) * 7);
  return output;
}

describe('outputs of other types', () => {
  /** The same values as another type. */
  const as = (dtype: DType, { shape, data }: Tensor): Tensor =>
    tensorOf(dtype, shape, Array.from(data as Float32Array));
  const row = [0.5, 0.25, 0.5, 1, 0.875, 0.125, 0.75];
  const heat = tensor([1, 4, 4, 2], [0, 0, 0.75]);
  const distances = tensor([1, 4, 4, 4], [0, 0, 0, 0, 4, 2, 8, 16]);
  it.each([
    ['YOLOX', { type: 'yolox' }, [grid({ 9: row })]],
    ['CenterNet', { type: 'centernet', stride: 16 }, [heat, distances]],
    ['a list of CenterNet', { type: 'centernet', stride: 16 }, [tensor([1, 1, 6], [8, 16, 24, 48, 0.5, 1])]],
    [
      'SSD',
      { type: 'ssd' },
      [tensor([1, 1, 4], [0, 0, 0.5, 0.5]), tensor([1, 1], [0.5]), tensor([1, 1], [1])],
    ],
    [
      'YOLO3',
      { type: 'yolo3' },
      [tensor([1, 1, 1], [1]), tensor([1, 1, 1], [0.5]), tensor([1, 1, 4], [0, 0, 8, 8])],
    ],
  ])('float16 and float64 of %s are read by value', (_title, spec, outputs) => {
    const expected = decoder(spec).decode(outputs, whole);
    expect(expected).toHaveLength(1);
    for (const dtype of ['float16', 'float64'] as const)
      expect(
        decoder(spec).decode(
          outputs.map((one) => as(dtype, one)),
          whole,
        ),
      ).toEqual(expected);
  });

  it('classes may be 64-bit whole numbers, as ONNX exporters write them', () => {
    const lists = [tensor([1, 1, 4], [0, 0, 0.5, 0.5]), tensor([1, 1], [0.5]), tensor([1, 1], [1])];
    const [boxes, scores, classes] = lists as [Tensor, Tensor, Tensor];
    const predictions = decoder({ type: 'ssd' }).decode([boxes, scores, as('int64', classes)], whole);
    expect(predictions.map(({ label }) => label)).toEqual(['car']);
  });
});

describe('the YOLOX decoder', () => {
  const yolox = { type: 'yolox' };
  it('reads each grid by its stride: centre, size and score', () => {
    // Row 2, column 3 of the second grid: centre (3.5, 2.25) * 16, size (e^0.5, e^1) * 16.
    const predictions = decoder(yolox).decode(
      [grid({ [64 + 2 * 4 + 3]: [0.5, 0.25, 0.5, 1, 0.9, 0.1, 0.8] })],
      whole,
    );
    expect(predictions).toHaveLength(1);
    const [first] = predictions;
    expect(first?.label).toBe('car');
    expect(first?.confidence).toBeCloseTo(0.72, 5);
    const [width, height] = [Math.exp(0.5) * 16, Math.E * 16];
    const [left, top] = [56 - width / 2, 36 - height / 2];
    const right = Math.min(64, 56 + width / 2);
    [left / 64, top / 64, (right - left) / 64, height / 64].forEach((value, at) =>
      expect(first?.box?.[at]).toBeCloseTo(value, 5),
    );
  });

  it('keeps the better of two boxes of one label that overlap, and both where the labels differ', () => {
    const better = [0.5, 0.5, 0.7, 0.7, 1, 0.9, 0];
    const worse = [-0.4, 0.5, 0.7, 0.7, 1, 0.6, 0];
    const other = [-0.4, 0.5, 0.7, 0.7, 1, 0, 0.5];
    const labelsOf = (rows: Record<number, readonly number[]>, detect = {}) =>
      decoder(yolox, detect)
        .decode([grid(rows)], whole)
        .map(({ label, confidence }) => `${label} ${confidence.toFixed(1)}`);
    expect(labelsOf({ 9: better, 10: worse })).toEqual(['person 0.9']);
    expect(labelsOf({ 9: better, 10: other })).toEqual(['person 0.9', 'car 0.5']);
    expect(labelsOf({ 9: better, 10: worse }, { maxOverlap: 0.99 })).toEqual(['person 0.9', 'person 0.6']);
  });

  it('says at the load which output it needs, and how many labels', () => {
    const info = (shape: number[]) => [{ name: 'output', dtype: 'float32' as const, shape }];
    expect(() => decoder(yolox).check(info([1, cells, 7]))).not.toThrow();
    expect(() => decoder(yolox).check(info([-1, -1, -1]))).not.toThrow();
    expect(() => decoder(yolox).check(info([1, 3549, 7]))).toThrow('[1, 84, 7] of YOLOX');
    expect(() => decoder(yolox).check(info([1, cells, 85]))).toThrow('80 outputs and 2 labels');
  });

  it.each([
    ['NaN', { 0: [NaN] }],
    ['all zero', {}],
    ['without an end', { 0: [0, 0, 1000, 0, 1, 1, 0] }],
  ])('takes no decision on outputs that are %s', (_title, rows: Record<number, number[]>) => {
    expect(() => decoder(yolox).decode([grid(rows)], whole)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_INVALID' }),
    );
  });
});

describe('the CenterNet decoder', () => {
  const spec = { type: 'centernet', stride: 16 };
  const at = (row: number, column: number) => row * 4 + column;
  function maps(): [Tensor, Tensor] {
    const heat = tensor([1, 4, 4, 2]);
    const distances = tensor([1, 4, 4, 4]);
    // A peak with a neighbour that is no peak, and one of the other class beside it.
    (heat.data as Float32Array)[2 * at(1, 2)] = 0.9;
    (heat.data as Float32Array)[2 * at(1, 3)] = 0.8;
    (heat.data as Float32Array)[2 * at(1, 3) + 1] = 0.7;
    (distances.data as Float32Array).set([8, 4, 16, 32], 4 * at(1, 2));
    (distances.data as Float32Array).set([1, 2, 3, 4], 4 * at(1, 3));
    return [heat, distances];
  }

  it('takes the peaks of the heat map and the distances there, in either order of the outputs', () => {
    const [heat, distances] = maps();
    for (const outputs of [
      [heat, distances],
      [distances, heat],
    ]) {
      const predictions = decoder(spec).decode(outputs, whole);
      expect(predictions.map(({ label }) => label)).toEqual(['person', 'car']);
      const [x, y] = [32, 16];
      expect(predictions[0]?.box).toEqual([(x - 8) / 64, (y - 4) / 64, 24 / 64, 36 / 64]);
    }
  });

  it('takes the finished list where the model has one', () => {
    const list = tensor([1, 2, 6], [8, 16, 24, 48, 0.6, 1, 0, 0, 4, 4, 0.1, 0]);
    expect(decoder(spec).decode([tensor([1, 4, 4, 4]), list], whole)).toEqual([
      { label: 'car', confidence: expect.closeTo(0.6, 5) as number, box: [0.125, 0.25, 0.25, 0.5] },
    ]);
  });

  it('says at the load what it needs', () => {
    const info = { name: 'x', dtype: 'float32' as const, shape: [1, 4, 4, 80] };
    expect(() => decoder(spec).check([info])).toThrow('[1, N, 6], or [1, 4, 4, 2] and [1, 4, 4, 4]');
  });
});

describe('the SSD and YOLO3 decoders', () => {
  const boxes = tensor([1, 2, 4], [0.25, 0.5, 0.5, 1, 0, 0, 0.5, 0.5]);
  const scores = tensor([1, 2], [0.8, 0.6]);
  const classes = tensor([1, 2], [1, 0]);

  it('read boxes as fractions or pixels, in either order of the axes', () => {
    const first = (spec: object, outputs: Tensor[]) =>
      decoder({ type: 'ssd', ...spec }).decode(outputs, whole)[0];
    expect(first({}, [boxes, scores, classes])).toMatchObject({ label: 'car', box: [0.25, 0.5, 0.25, 0.5] });
    expect(first({ boxOrder: 'yxyx' }, [boxes, scores, classes])?.box).toEqual([0.5, 0.25, 0.5, 0.25]);
    const pixels = tensor([1, 2, 4], [16, 32, 32, 64, 0, 0, 1, 1]);
    expect(first({ boxUnit: 'pixel' }, [pixels, scores, classes])?.box).toEqual([0.25, 0.5, 0.25, 0.5]);
    // TensorFlow's order: boxes, classes, scores; its classes begin at 1.
    const outputs = { boxes: 0, classes: 1, scores: 2 };
    expect(first({ outputs, firstClass: 1 }, [boxes, tensor([1, 2], [2, 1]), scores])).toMatchObject({
      label: 'car',
      confidence: expect.closeTo(0.8, 5) as number,
    });
  });

  it("reads SageMaker's one list of class, score and box", () => {
    const list = tensor([1, 2, 6], [0, 0.9, 0.25, 0.5, 0.5, 1, -1, 0.8, 0, 0, 1, 1]);
    expect(decoder({ type: 'ssd' }).decode([list], whole)).toEqual([
      { label: 'person', confidence: expect.closeTo(0.9, 5) as number, box: [0.25, 0.5, 0.25, 0.5] },
    ]);
  });

  it('reads YOLO3 as GluonCV and Neo emit it: ids, scores, boxes in pixels, -1 for unused places', () => {
    const ids = tensor([1, 3, 1], [0, -1, 1]);
    const yoloScores = tensor([1, 3, 1], [0.9, -1, 0.2]);
    const yoloBoxes = tensor([1, 3, 4], [16, 16, 48, 32, -1, -1, -1, -1, 0, 0, 8, 8]);
    expect(decoder({ type: 'yolo3' }).decode([ids, yoloScores, yoloBoxes], whole)).toEqual([
      { label: 'person', confidence: expect.closeTo(0.9, 5) as number, box: [0.25, 0.25, 0.5, 0.25] },
    ]);
  });

  it('finds nothing in an empty list, and refuses a class that has no label', () => {
    const nothing = [tensor([1, 2, 4]), tensor([1, 2]), tensor([1, 2])];
    expect(decoder({ type: 'ssd' }).decode(nothing, whole)).toEqual([]);
    expect(() => decoder({ type: 'ssd' }).decode([boxes, scores, tensor([1, 2], [7, 0])], whole)).toThrow(
      expect.objectContaining({ code: 'LABELS_MISMATCH' }),
    );
  });
});

describe('what a pipeline makes of detections', () => {
  /** person at the left, car at the right; their lower edges in the middle of the frame. */
  const outputs = [
    tensor([1, 2, 4], [0, 0, 0.25, 0.5, 0.75, 0, 1, 0.5]),
    tensor([1, 2], [0.8, 0.6]),
    tensor([1, 2], [0, 1]),
  ];
  const found = (detect: object) =>
    decoder({ type: 'ssd' }, detect)
      .decode(outputs, whole)
      .map(({ label }) => label);

  it('reports some labels, the surest, or the first so many', () => {
    expect(found({})).toEqual(['person', 'car']);
    expect(found({ labels: ['car'] })).toEqual(['car']);
    expect(found({ minConfidence: 0.7 })).toEqual(['person']);
    expect(found({ maxDetections: 1 })).toEqual(['person']);
    expect(() => found({ labels: ['zebra'] })).toThrow('detect.labels names zebra');
  });

  it('reports what stands in an area to include and in none to exclude', () => {
    const left = [
      [0, 0.4],
      [0.5, 0.4],
      [0.5, 0.6],
      [0, 0.6],
    ];
    expect(found({ include: [left] })).toEqual(['person']);
    expect(found({ exclude: [left] })).toEqual(['car']);
    // The centres of the boxes lie above the area.
    expect(found({ include: [left], anchor: 'center' })).toEqual([]);
  });

  it('undoes the letterbox: boxes are fractions of the frame, cut at its edges', () => {
    // A frame of 2:1 in the middle of a square input: 16 rows of bars above and below.
    const geometry = {
      part: { x: 0, y: 0, width: 1, height: 1 },
      content: { x: 0, y: 16, width: 64, height: 32 },
    };
    const list = tensor([1, 1, 6], [0, 0.9, -0.1, 0.25, 0.5, 0.5]);
    const [prediction] = decoder({ type: 'ssd' }).decode([list], {
      toFrame: (box) => toFrame(geometry, box),
    });
    expect(prediction?.box).toEqual([0, 0, 0.5, 0.5]);
  });
});
