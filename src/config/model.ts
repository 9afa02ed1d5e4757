import { z } from 'zod';
import { manifestConfigSchema } from './model-manifest.js';
import { boolean, integer, number, sha256 } from './scalars.js';

const archivePin = sha256()
  .optional()
  .describe('Digest of the archive. A pinned model that is on the device needs no network.');
const region = z
  .string()
  .regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'must be the name of an AWS region, such as eu-central-1')
  .optional()
  .describe("Default: the device's region.");

/** A name of SageMaker's jobs. */
const jobName = z
  .string()
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}-?$/, 'must be the name of a job, or the beginning of one');

/** Exactly one of two keys. */
const oneOf =
  <A extends string, B extends string>(a: A, b: B) =>
  (source: Partial<Record<A | B, unknown>>): boolean =>
    (source[a] === undefined) !== (source[b] === undefined);

const packageSource = z
  .strictObject({
    type: z.literal('package'),
    path: z.string().min(1).optional().describe('Folder of a model package (it holds a model.json).'),
    component: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of a Greengrass component that registers its model package on the device, instead of path.',
      ),
    sha256: sha256()
      .optional()
      .describe('Digest of its model.json, which in turn holds the digest of every file.'),
  })
  .refine(oneOf('path', 'component'), 'must have either path or component');

const fileSource = z.strictObject({
  type: z.literal('file'),
  path: z.string().min(1).describe('A .tar.gz, .tgz or .zip on the device.'),
  sha256: archivePin,
});

const s3Source = z.strictObject({
  type: z.literal('s3'),
  uri: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+$/, 'must be s3://bucket/key')
    .describe('A .tar.gz, .tgz or .zip.'),
  versionId: z.string().min(1).optional().describe('Version of the object, in a bucket with versions.'),
  sha256: archivePin,
  region,
});

const trainingJobSource = z
  .strictObject({
    type: z.literal('sagemakerTrainingJob'),
    arn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:training-job\/[a-zA-Z0-9-]+$/,
        'must be the ARN of a training job',
      )
      .optional(),
    namePrefix: jobName.optional().describe('The newest completed job whose name begins so.'),
    sha256: archivePin,
    region,
  })
  .refine(oneOf('arn', 'namePrefix'), 'must have either arn or namePrefix');

const compilationJobSource = z
  .strictObject({
    type: z.literal('neoCompilationJob'),
    name: jobName.optional(),
    namePrefix: jobName.optional().describe('The newest completed job whose name begins so.'),
    sha256: archivePin,
    region,
  })
  .refine(oneOf('name', 'namePrefix'), 'must have either name or namePrefix');

export const modelSchema = z.strictObject({
  source: z.discriminatedUnion('type', [
    packageSource,
    fileSource,
    s3Source,
    trainingJobSource,
    compilationJobSource,
  ]),
  runtime: z
    .enum(['auto', 'dlr', 'onnx'])
    .default('auto')
    .describe(
      'auto: of the targets in the package that this machine can run and that pass their golden samples, the fastest here; it is measured once and remembered.',
    ),
  target: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the one target to use, such as dlr-x64-avx2; default: the best that fits.'),
  manifest: manifestConfigSchema
    .optional()
    .describe('For a compiled model without a model.json, such as a bare SageMaker Neo artifact.'),
  allowUnpinned: boolean()
    .default(false)
    .describe(
      'Run what is neither pinned nor signed: the newest object, say. A compiled model is native code: for development only.',
    ),
  pollIntervalSeconds: number(z.number().min(10).max(604_800))
    .nullable()
    .default(null)
    .describe('How often to look for a newer model; null: only at the start and on request.'),
});

export const modelCacheSchema = z.strictObject({
  maxMegabytes: integer(16, 1_000_000)
    .default(1024)
    .describe(
      'Models that were fetched are kept up to this size; those that were not used for longest go first, those in use never.',
    ),
});

export type ModelConfig = z.output<typeof modelSchema>;
export type ModelSourceConfig = ModelConfig['source'];
