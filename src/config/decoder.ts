import { z } from 'zod';

const classification = z.strictObject({
  type: z.literal('classification'),
  activation: z.enum(['softmax', 'sigmoid', 'none']).describe('Turns raw outputs into probabilities.'),
});

const probability = () => z.number().min(0).max(1);

const detection = {
  scoreThreshold: probability()
    .default(0.3)
    .describe('Least score of a detection; a pipeline may ask for more or less by detect.minConfidence.'),
  maxDetections: z.number().int().min(1).max(1000).default(100).describe('The best so many of a frame.'),
};

const overlap = (value: number, which: string) =>
  probability()
    .default(value)
    .describe(
      `Of two boxes of one class that overlap more than this (intersection over union), the better stays. ${which}`,
    );

const strides = z.array(z.number().int().min(1).max(256)).min(1).max(8);

const yolox = z.strictObject({
  type: z.literal('yolox'),
  strides: strides
    .default([8, 16, 32])
    .describe(
      'Pixels between two cells of each grid, in the order of the rows of the output [1, cells, 5 + classes].',
    ),
  ...detection,
  overlapThreshold: overlap(0.45, ''),
});

const centernet = z.strictObject({
  type: z.literal('centernet'),
  stride: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Pixels of the input between two places of the heat map.'),
  ...detection,
  overlapThreshold: overlap(0.6, 'A peak of the heat map is taken once already.'),
});

const outputIndex = (otherwise: number) => z.number().int().min(0).max(15).default(otherwise);

/** Lists of finished detections: what they mean differs from exporter to exporter. */
const listed = {
  ...detection,
  firstClass: z
    .number()
    .int()
    .min(0)
    .max(1)
    .default(0)
    .describe('Class number of the first label: 1 where class 0 is the background.'),
  overlapThreshold: overlap(1, 'The default 1 leaves what the model itself has sorted out.'),
};

const ssd = z.strictObject({
  type: z.literal('ssd'),
  outputs: z
    .strictObject({ boxes: outputIndex(0), scores: outputIndex(1), classes: outputIndex(2) })
    .prefault({})
    .describe(
      'Positions of the outputs boxes [1, N, 4], scores [1, N] and classes [1, N]. A model with the one output [1, N, 6] needs none: its rows are class, score, left, top, right, bottom.',
    ),
  boxOrder: z
    .enum(['xyxy', 'yxyx'])
    .default('xyxy')
    .describe('xyxy: left, top, right, bottom; yxyx: top, left, bottom, right, as TensorFlow has it.'),
  boxUnit: z
    .enum(['fraction', 'pixel'])
    .default('fraction')
    .describe("Of the model's input: 0..1, or its pixels."),
  ...listed,
});

const yolo3 = z.strictObject({
  type: z.literal('yolo3'),
  outputs: z
    .strictObject({ classes: outputIndex(0), scores: outputIndex(1), boxes: outputIndex(2) })
    .prefault({})
    .describe(
      'Positions of the outputs ids [1, N, 1], scores [1, N, 1] and boxes [1, N, 4] (pixels of the input), in the order of GluonCV.',
    ),
  ...listed,
});

const anomaly = z
  .strictObject({
    type: z.literal('anomaly'),
    threshold: z.number().positive().describe('A score at or above it is anomalous; learnt on normal data.'),
    clearThreshold: z
      .number()
      .positive()
      .optional()
      .describe('Once raised, the anomaly ends only below this score. Default: the threshold.'),
    raiseAfter: z.int().min(1).max(1000).default(1).describe('So many scores in a row raise it …'),
    clearAfter: z.int().min(1).max(1000).default(1).describe('… and so many in a row end it.'),
  })
  .refine(({ threshold, clearThreshold = threshold }) => clearThreshold <= threshold, {
    path: ['clearThreshold'],
    message: 'must not be above the threshold',
  });

/** How raw outputs become predictions: one member a decoder of src/decode. */
export const decoderSchema = z.discriminatedUnion('type', [
  classification,
  yolox,
  centernet,
  ssd,
  yolo3,
  anomaly,
]);

export type DecoderSpec = z.output<typeof decoderSchema>;
type SpecOf<T extends DecoderSpec['type']> = Extract<DecoderSpec, { type: T }>;
export type ClassificationSpec = SpecOf<'classification'>;
export type YoloxSpec = SpecOf<'yolox'>;
export type CenterNetSpec = SpecOf<'centernet'>;
export type SsdSpec = SpecOf<'ssd'>;
export type Yolo3Spec = SpecOf<'yolo3'>;
export type AnomalySpec = SpecOf<'anomaly'>;
export type DetectionSpec = Exclude<DecoderSpec, ClassificationSpec | AnomalySpec>;
