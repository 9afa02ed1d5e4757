import { z } from 'zod';
import { boolean, fraction, integer, number, topic } from './scalars.js';

const box = z
  .tuple([fraction(), fraction(), fraction(), fraction()])
  .describe('[x, y, width, height] as fractions of the frame.');

const hideSchema = z
  .strictObject({
    regions: z.array(box).max(32).default([]).describe('Parts of the frame that never leave the device.'),
    labels: z
      .array(z.string().min(1))
      .max(32)
      .default([])
      .describe('The same for the boxes of detections with these labels, such as person.'),
    how: z.enum(['blur', 'black']).default('black'),
  })
  .refine(({ regions, labels }) => regions.length + labels.length > 0, 'must name regions or labels');

/** What src/feedback/messages.ts writes beside the labels. */
const reservedAttributes: readonly string[] = ['source', 'model-prediction', 'config-id', 'metadata'];

const manifestSchema = z.strictObject({
  everySeconds: number(z.number().min(10).max(604_800))
    .default(3600)
    .describe('A manifest is complete after so long …'),
  maxSamples: integer(1, 100_000).default(1000).describe('… or with so many samples.'),
  labelAttribute: z
    .string()
    .max(127)
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'must be letters and digits, with hyphens between them')
    .refine(
      (name) => !/-(ref|metadata)$/.test(name) && !reservedAttributes.includes(name),
      'is a name that lines of a manifest use for something else',
    )
    .default('model-label')
    .describe('Name of the attribute with the labels; its metadata are in the one with -metadata.'),
});

/** Samples for the cloud, to improve the model: the strategies, messages and metrics of the v1 ML Feedback connector. */
export const feedbackSchema = z
  .strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket'),
    prefix: z
      .string()
      .max(512)
      .regex(/^(?!\/)[^\0]*$/, 'must not begin with a slash')
      .default('')
      .describe('Keys are this prefix, a UUID and the extension; end it with a slash to make it a folder.'),
    region: z
      .string()
      .regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'must be the name of an AWS region, such as eu-central-1')
      .optional()
      .describe("Of the bucket; default: the device's."),
    strategy: z
      .enum(['NONE', 'RANDOM_SAMPLING', 'LEAST_CONFIDENCE', 'MARGIN', 'ENTROPY'])
      .default('NONE')
      .describe('Which frames are sampled: all; a random share; those that the model is not sure of.'),
    rate: fraction().optional().describe('RANDOM_SAMPLING: the share that is kept.'),
    threshold: number(z.number().min(0).max(100))
      .optional()
      .describe(
        'LEAST_CONFIDENCE, MARGIN: kept at this and below; ENTROPY: kept above it, in nats, not normalised.',
      ),
    image: z
      .enum(['jpeg', 'original'])
      .default('jpeg')
      .describe(
        'jpeg: encoded anew; original: the file itself, from a source of type images. The window of a sensor goes as CSV, always.',
      ),
    quality: integer(1, 100).default(90).describe('Of the JPEG.'),
    hide: hideSchema.optional().describe('What is blurred or blackened before the picture is encoded.'),
    requestLimit: integer(1, 1000)
      .optional()
      .describe(
        'At most so many at once, the others are answered Queue.Full and a refused one is given up, as in v1; without it they wait in the spool.',
      ),
    manifest: manifestSchema
      .nullable()
      .default(null)
      .describe(
        'Lists the samples in S3, with the labels of the model, for SageMaker Ground Truth; null: not.',
      ),
    statusTopic: topic().nullable().default('feedback/message/status'),
    predictionTopic: topic().nullable().default('feedback/message/prediction'),
    metrics: boolean()
      .default(true)
      .describe('Metrics on cloudwatch/metric/put, in the namespace GreengrassFeedbackConnector.'),
  })
  .superRefine(({ strategy, rate, threshold, image, hide }, context) => {
    const problem = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    const wanted = strategy === 'NONE' ? undefined : strategy === 'RANDOM_SAMPLING' ? 'rate' : 'threshold';
    for (const [key, value] of Object.entries({ rate, threshold })) {
      if (value === undefined && key === wanted) problem(key, `is needed by ${strategy}`);
      if (value !== undefined && key !== wanted) problem(key, `means nothing to ${strategy}`);
    }
    if (image === 'original' && hide) problem('hide', 'cannot be done to an original: set image to jpeg');
  });

export type FeedbackConfig = z.output<typeof feedbackSchema>;
