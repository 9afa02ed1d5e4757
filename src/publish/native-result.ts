import { z } from 'zod';

/**
 * The native result: what subscribers get, as UTF-8 JSON in a binary message. From this schema come the type and the published
 * JSON Schema (docs/native-result.schema.json).
 */
const modelSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  digest: z.string().describe('SHA-256 of the model package.'),
  runtime: z.enum(['dlr', 'onnx']),
});

const frameFields = {
  id: z.int().min(1).describe('Counts up from 1; starts again when the process of the pipeline is replaced.'),
  capturedAt: z.iso.datetime().describe('UTC.'),
  name: z.string().optional().describe('File name, where the frame has one.'),
};

const pictureSchema = z
  .strictObject({
    ...frameFields,
    width: z.int().min(1).describe('Of the original, in pixels.'),
    height: z.int().min(1),
  })
  .describe('A picture.');

const windowSchema = z
  .strictObject({
    ...frameFields,
    from: z.iso.datetime().describe('Time of the oldest sample, by the clock of the sensor; UTC.'),
    to: z.iso.datetime().describe('Time of the newest sample.'),
    samples: z.int().min(1).describe('Rows of the window.'),
    channels: z.array(z.string()).describe('What was measured.'),
    last: z.array(z.number()).describe('Newest value of each channel.'),
    filled: z.int().min(0).describe('Values that were missing and filled in.'),
  })
  .describe('A window of samples of a sensor.');

const predictionSchema = z.strictObject({
  label: z.string(),
  confidence: z.number().min(0).max(1),
  box: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .optional()
    .describe('[x, y, width, height] as fractions of the frame, 0..1.'),
  track: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The same number on consecutive frames is the same object; starts again when the process of the pipeline is replaced.',
    ),
  score: z
    .number()
    .optional()
    .describe('Of an anomaly model, to compare with the threshold of its manifest.'),
});

const decisionSchema = z.strictObject({
  rule: z.string(),
  label: z.string(),
  confidence: z.number().min(0).max(1),
});

const timingsSchema = z.strictObject({
  capture: z.number().min(0),
  preprocess: z.number().min(0),
  infer: z.number().min(0),
  decode: z.number().min(0),
});

export const nativeResultSchema = z
  .strictObject({
    version: z.literal(1),
    id: z.string().describe('Unique: the same id twice is the same result delivered twice.'),
    thing: z.string(),
    pipeline: z.string(),
    model: modelSchema,
    frame: z.union([pictureSchema, windowSchema]),
    predictions: z.array(predictionSchema).describe('Best first.'),
    truncated: z
      .literal(true)
      .optional()
      .describe('Present where predictions were cut to stay within the size of a message.'),
    decision: decisionSchema.optional().describe('The first rule that fired on this frame.'),
    timingsMs: timingsSchema,
  })
  .meta({ title: 'Greengrass MLI native result' });

export type NativeResult = z.output<typeof nativeResultSchema>;
