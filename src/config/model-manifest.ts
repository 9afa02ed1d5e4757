import { z } from 'zod';
import { decoderSchema } from './decoder.js';

/** What a manifest says of a model's input; the model package's model.json and the configuration share it. */
export const inputFields = {
  name: z.string().min(1),
  shape: z
    .array(z.number().int().min(1))
    .length(4)
    .describe('[1, 3, height, width] for NCHW, [1, height, width, 3] for NHWC.'),
  dtype: z.enum(['float32', 'float16', 'uint8', 'int8']),
  layout: z.enum(['NCHW', 'NHWC']),
  colorOrder: z.enum(['RGB', 'BGR', 'GRAY']),
  mean: z.array(z.number()).min(1).max(3).describe('Per channel, on the 0..255 scale.'),
  std: z.array(z.number().positive()).min(1).max(3).describe('Per channel, on the 0..255 scale.'),
  resize: z.strictObject({
    mode: z.enum(['stretch', 'crop', 'letterbox']),
    interpolation: z.enum(['area', 'linear', 'cubic']).default('area'),
    padValue: z
      .number()
      .int()
      .min(0)
      .max(255)
      .default(114)
      .describe('Grey level of the bars of a letterbox.'),
    align: z
      .enum(['center', 'start'])
      .default('center')
      .describe('Where a letterbox lays the picture: in the middle, or at the left and the top.'),
  }),
};

export const versionField = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'must be a semantic version');

/**
 * What a compiled model without a model.json (a bare SageMaker Neo artifact) does not say of itself. Its `.meta` file, where there
 * is one, gives name, shape and type of the input; everything else has to be known from its training.
 */
export const manifestConfigSchema = z.strictObject({
  version: versionField.optional().describe('Default: made from the digest.'),
  input: z.strictObject(inputFields).partial().default({}),
  decoder: decoderSchema.optional(),
  labels: z
    .union([z.array(z.string().min(1)).min(1), z.string().min(1)])
    .optional()
    .describe(
      'The classes in the order of the outputs, or a file of the artifact with one a line. Default: labels.txt or synset.txt in the artifact.',
    ),
  license: z.string().min(1).optional(),
});

export type ManifestConfig = z.output<typeof manifestConfigSchema>;
