import { z } from 'zod';
import { dtypes } from '../types.js';
import { decoderSchema } from '../config/decoder.js';
import { inputFields, versionField } from '../config/model-manifest.js';
import { sampleInputSchema } from '../config/sample-input.js';
import { EdgeError } from '../errors/index.js';

/** A path inside the package, with forward slashes. */
const inside = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$))[^\\\0]+$/, 'must be a relative path inside the package');

/** The digest map of a folder: relative path → SHA-256. */
const files = z.record(inside, z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest'));

export const pictureInputSchema = z
  .strictObject({ kind: z.literal('picture').default('picture'), ...inputFields })
  .superRefine((input, context) => {
    const channels = input.layout === 'NCHW' ? input.shape[1] : input.shape[3];
    const expected = input.colorOrder === 'GRAY' ? 1 : 3;
    if (channels !== expected) {
      context.addIssue({
        code: 'custom',
        path: ['shape'],
        message: `has ${channels} channels, ${input.colorOrder} needs ${expected}`,
      });
    }
    for (const key of ['mean', 'std'] as const) {
      if (input[key].length !== expected) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `has ${input[key].length} values for ${expected} channels`,
        });
      }
    }
  });

/** The input of a model: of pictures where `kind` is absent. */
export const inputSchema = z.discriminatedUnion('kind', [pictureInputSchema, sampleInputSchema]);

export const targetSchema = z.strictObject({
  name: z.string().min(1),
  runtime: z.enum(['dlr', 'onnx']),
  path: inside,
  minRuntimeVersion: z
    .string()
    .regex(/^\d{1,5}(\.\d{1,5}){1,2}$/, 'must be a version such as 1.6.0')
    .optional()
    .describe('Of the runtime; an older one is not tried.'),
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

/** An input that is no picture. */
const constantSchema = z
  .strictObject({
    name: z.string().min(1),
    dtype: z.enum(dtypes),
    shape: z.array(z.number().int().min(1)).max(8),
    data: z.array(z.number()).min(1).max(100_000).describe('Row-major; one number stands for all elements.'),
  })
  .superRefine(({ dtype, shape, data }, context) => {
    const elements = shape.reduce((a, b) => a * b, 1);
    if (data.length !== 1 && data.length !== elements)
      context.addIssue({
        code: 'custom',
        path: ['data'],
        message: `has ${data.length} values for ${elements} elements`,
      });
    if (!dtype.startsWith('float') && !data.every(Number.isInteger))
      context.addIssue({ code: 'custom', path: ['data'], message: `must be whole numbers for ${dtype}` });
  });

/** How the thresholds follow from the scores of normal data. */
const fitSchema = z.strictObject({
  margin: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'The threshold is so many times what 99 of 100 scores of normal data stay below. Default: 1.5.',
    ),
  clearRatio: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('The clear threshold as a share of the threshold. Default: 0.9.'),
});

/** `model.json`, the manifest of a model package: what it is, what it wants as input, and the digest of every file. */
export const manifestSchema = z.strictObject({
  manifestVersion: z.literal(1),
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/),
  version: versionField,
  description: z.string().default(''),
  task: z.enum(['classification', 'object-detection', 'anomaly']),
  input: inputSchema,
  constants: z
    .array(constantSchema)
    .default([])
    .describe('Further inputs of the model, which are the same for every picture.'),
  decoder: decoderSchema,
  fit: fitSchema.optional().describe('How `mli model fit` sets the thresholds of an anomaly model.'),
  labels: inside
    .optional()
    .describe('File with the labels in the order of the outputs; absent where the decoder needs none.'),
  targets: z.array(targetSchema).min(1),
  golden: z.array(
    z.strictObject({
      input: inside,
      output: inside,
      tolerance: z.number().positive().describe('Largest allowed difference of a raw output.'),
    }),
  ),
  files,
  license: z.string().min(1),
  provenance: z.record(z.string(), z.unknown()).default({}),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ModelInput = z.output<typeof inputSchema>;
export type PictureInput = z.output<typeof pictureInputSchema>;
export type ModelTarget = z.output<typeof targetSchema>;

/** @param file for messages @throws EdgeError MODEL_MANIFEST_INVALID with all problems at once */
export function parseManifest(bytes: Buffer, file: string): Manifest {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new EdgeError(
      'MODEL_MANIFEST_INVALID',
      { path: file, problems: [(error as Error).message] },
      { cause: error },
    );
  }
  const parsed = manifestSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || '(document)'}: ${issue.message}`,
  );
  throw new EdgeError('MODEL_MANIFEST_INVALID', { path: file, problems });
}

/** Height and width of the input in pixels; 0 x 0 where it takes no pictures. */
export function inputSize(input: ModelInput): { width: number; height: number } {
  if (input.kind !== 'picture') return { width: 0, height: 0 };
  const [, a = 0, b = 0, c = 0] = input.shape;
  return input.layout === 'NCHW' ? { height: b, width: c } : { height: a, width: b };
}

/** What a picture has to become for this input, as the preprocessor takes it. */
export const pictureTarget = (input: PictureInput) => ({
  ...inputSize(input),
  grey: input.colorOrder === 'GRAY',
  resize: input.resize,
});
