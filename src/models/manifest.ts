import { z } from 'zod';

/** The digest map of a folder: relative path → SHA-256. Paths stay inside the package. */
const files = z.record(
  z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0]+$/, 'must be a relative path inside the package'),
  z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest'),
);

const shape = z.array(z.number().int().min(1)).length(4);

export const inputSchema = z
  .strictObject({
    name: z.string().min(1),
    shape: shape.describe('[1, 3, height, width] for NCHW, [1, height, width, 3] for NHWC.'),
    dtype: z.enum(['float32', 'float16', 'uint8', 'int8']),
    layout: z.enum(['NCHW', 'NHWC']),
    colorOrder: z.enum(['RGB', 'BGR', 'GRAY']),
    mean: z.array(z.number()).min(1).max(3).describe('Per channel, on the 0..255 scale.'),
    std: z.array(z.number().positive()).min(1).max(3).describe('Per channel, on the 0..255 scale.'),
    resize: z.strictObject({
      mode: z.enum(['stretch', 'crop', 'letterbox']),
      interpolation: z.enum(['area', 'linear', 'cubic']).default('area'),
      padValue: z.number().int().min(0).max(255).default(114).describe('Grey level of the bars of a letterbox.'),
    }),
  })
  .superRefine((input, context) => {
    const channels = input.layout === 'NCHW' ? input.shape[1] : input.shape[3];
    const expected = input.colorOrder === 'GRAY' ? 1 : 3;
    if (channels !== expected) {
      context.addIssue({ code: 'custom', path: ['shape'], message: `has ${channels} channels, ${input.colorOrder} needs ${expected}` });
    }
    for (const key of ['mean', 'std'] as const) {
      if (input[key].length !== expected) {
        context.addIssue({ code: 'custom', path: [key], message: `has ${input[key].length} values for ${expected} channels` });
      }
    }
  });

export const targetSchema = z.strictObject({
  name: z.string().min(1),
  runtime: z.enum(['dlr', 'onnx']),
  path: z.string().min(1),
  platform: z
    .strictObject({
      os: z.literal('linux'),
      architecture: z.enum(['x64', 'arm64', 'arm']),
      cpuFeatures: z.array(z.string()).default([]).describe('As /proc/cpuinfo names them; all are needed.'),
    })
    .optional()
    .describe('Absent: runs anywhere.'),
  files,
});

/** `model.json`, the manifest of a model package: what it is, what it wants as input, and the digest of every file. */
export const manifestSchema = z.strictObject({
  manifestVersion: z.literal(1),
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'must be a semantic version'),
  description: z.string().default(''),
  task: z.enum(['classification']),
  input: inputSchema,
  decoder: z.strictObject({
    type: z.literal('classification'),
    activation: z.enum(['softmax', 'sigmoid', 'none']).describe('Turns raw outputs into probabilities.'),
  }),
  labels: z.string().min(1).describe('File with one label a line, in the order of the outputs.'),
  targets: z.array(targetSchema).min(1),
  golden: z.array(
    z.strictObject({
      input: z.string().min(1),
      output: z.string().min(1),
      tolerance: z.number().positive().describe('Largest allowed difference of a raw output.'),
    }),
  ),
  files,
  license: z.string().min(1),
  provenance: z.record(z.string(), z.unknown()).default({}),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ModelInput = z.output<typeof inputSchema>;
export type ModelTarget = z.output<typeof targetSchema>;
export type DecoderSpec = Manifest['decoder'];

/** Height and width of the input in pixels. */
export function inputSize(input: ModelInput): { width: number; height: number } {
  const [, a = 0, b = 0, c = 0] = input.shape;
  return input.layout === 'NCHW' ? { height: b, width: c } : { height: a, width: b };
}
