import { z } from 'zod';
import { integer, number, topic } from './scalars.js';

export const defaultTopic = 'mli/predictions/{thingName}';

const publishFields = (mode: 'every' | 'onChange') => ({
  format: z
    .enum(['native', 'aws-dlr', 'v1', 'v1-s3-model'])
    .default('native')
    .describe(
      "native: docs/native-result.schema.json; aws-dlr: as AWS's DLR and TensorFlow Lite components write it, for classes and for boxes; v1, v1-s3-model: as the v1 accelerator writes it.",
    ),
  mode: z
    .enum(['onChange', 'every'])
    .default(mode)
    .describe('onChange: when the labels change or a rule fires, and as a heartbeat; every: each result.'),
  heartbeatSeconds: number(z.number().min(1).max(86_400))
    .default(300)
    .describe('With onChange: a result is sent after this long even if nothing changed.'),
  minIntervalSeconds: number(z.number().min(0).max(86_400))
    .default(0)
    .describe(
      'At least so long between two messages; results in between are counted and not sent. One with a decision of a rule always is.',
    ),
});

export const localPublishSchema = z.strictObject({
  topic: topic().default(defaultTopic).describe('Local topic; {thingName} and {pipeline} are filled in.'),
  ...publishFields('every'),
});

export const cloudPublishSchema = z.strictObject({
  topic: topic().default(defaultTopic).describe('IoT Core topic; {thingName} and {pipeline} are filled in.'),
  qos: integer(0, 1).default(1).describe('0: at most once; 1: at least once.'),
  ...publishFields('onChange'),
});

export const publishSchema = z.strictObject({
  local: localPublishSchema
    .nullable()
    .prefault({})
    .describe('Every result, for other components on this device; null: off.'),
  cloud: cloudPublishSchema.nullable().prefault({}).describe('Results for AWS IoT Core; null: off.'),
});

export type LocalPublishConfig = z.output<typeof localPublishSchema>;
export type CloudPublishConfig = z.output<typeof cloudPublishSchema>;
export type PublishConfig = z.output<typeof publishSchema>;
