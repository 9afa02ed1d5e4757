import { z } from 'zod';
import { detectSchema } from './detect.js';
import { driftSchema } from './drift.js';
import { checkEvidence } from './evidence.js';
import { feedbackSchema } from './feedback.js';
import { dashboardSchema, metricsSchema } from './dashboard.js';
import { modelCacheSchema, modelSchema } from './model.js';
import { motionSchema } from './motion.js';
import { preprocessSchema } from './preprocess.js';
import { actuatorsSchema, checkActions } from './action.js';
import { publishSchema } from './publish.js';
import { ruleSchema } from './rule.js';
import { identifier, integer, number, sha256, topic } from './scalars.js';
import { spoolSchema } from './spool.js';
import { serviceSchema } from './service.js';
import { sourceSchema } from './source.js';
import { trustSchema } from './trust.js';

export const pipelineSchema = z.strictObject({
  source: sourceSchema,
  model: identifier().describe('Name of one of `models`.'),
  preprocess: preprocessSchema
    .prefault({})
    .describe("Differences to the preprocessing that the model's manifest asks for."),
  motion: motionSchema
    .nullable()
    .default(null)
    .describe('Infers only while something moves in the picture; null: on every tick.'),
  detect: detectSchema
    .prefault({})
    .describe('What is made of the detections of the model; without meaning for a classifier.'),
  process: z
    .enum(['shared', 'own'])
    .default('shared')
    .describe(
      'shared: pipelines of one model share a process, and load it once; own: its faults cost no other pipeline a frame, for about 100 MB more.',
    ),
  rules: z.array(ruleSchema).max(100).default([]),
  publish: publishSchema.prefault({}),
  feedback: feedbackSchema
    .nullable()
    .default(null)
    .describe('Samples for S3, to improve the model; null: none.'),
  drift: driftSchema
    .nullable()
    .default(null)
    .describe('Compares the results with those of a reference, on the status topic; null: off.'),
});

const dlrSchema = z.strictObject({
  library: z
    .string()
    .min(1)
    .optional()
    .describe('Path of libdlr.so; default: beside the model, then where the set-up puts it.'),
  sha256: sha256()
    .optional()
    .describe('Digest of that library; needed where it is none of the known releases.'),
  device: z
    .enum(['cpu', 'gpu', 'opencl'])
    .default('cpu')
    .describe('What the model was compiled for, and the library can drive.'),
  threads: integer(1, 64)
    .default(1)
    .describe(
      'Threads of one inference, in ONNX Runtime too; no more are used than there are cores. One is often fastest: measure.',
    ),
});

const supervisionSchema = z.strictObject({
  heartbeatTimeoutSeconds: number(z.number().min(1).max(600))
    .default(2.5)
    .describe('A pipeline process that is silent for this long is ended and replaced.'),
  inferenceTimeoutSeconds: number(z.number().min(1).max(3600))
    .default(10)
    .describe(
      'A single inference that takes longer counts as hung; ten times the interval, up to a minute, is always allowed.',
    ),
  maxRestartDelaySeconds: number(z.number().min(1).max(3600))
    .default(60)
    .describe('Upper end of the back-off between restarts.'),
});

const statusSchema = z.strictObject({
  topic: topic()
    .nullable()
    .default('mli/status/{thingName}')
    .describe('Local topic for the state of each pipeline, at every change and as a heartbeat; null: off.'),
  intervalSeconds: number(z.number().min(1).max(86_400)).default(60).describe('Time between two heartbeats.'),
});

/** The whole configuration: the one truth from which the documentation and the JSON Schema are made. */
export const documentSchema = z
  .strictObject({
    models: z.record(identifier(), modelSchema).default({}),
    pipelines: z.record(identifier(), pipelineSchema).default({}),
    modelCache: modelCacheSchema.prefault({}),
    trust: trustSchema.prefault({}),
    dlr: dlrSchema.prefault({}),
    supervision: supervisionSchema.prefault({}),
    status: statusSchema.prefault({}),
    spool: spoolSchema.prefault({}),
    actuators: actuatorsSchema.prefault({}),
    dashboard: dashboardSchema.prefault({}),
    metrics: metricsSchema.prefault({}),
    service: serviceSchema.prefault({}).describe('Inference for other components of the device.'),
    accessControl: z
      .unknown()
      .optional()
      .describe(
        "Greengrass' own part of a component's configuration; the nucleus reads it, the component only looks.",
      ),
  })
  .superRefine((document, context) => {
    for (const [name, pipeline] of Object.entries(document.pipelines)) {
      pipeline.rules.forEach((rule, index) =>
        checkActions(rule.do, document.actuators, (path, message) =>
          context.addIssue({
            code: 'custom',
            path: ['pipelines', name, 'rules', index, 'do', ...path],
            message,
          }),
        ),
      );
      checkEvidence(pipeline, (path, message) =>
        context.addIssue({ code: 'custom', path: ['pipelines', name, ...path], message }),
      );
      if (Object.hasOwn(document.models, pipeline.model)) continue;
      const known = Object.keys(document.models).join(', ') || 'none';
      context.addIssue({
        code: 'custom',
        path: ['pipelines', name, 'model'],
        message: `names the model "${pipeline.model}", which is not in models (there: ${known})`,
      });
    }
  });

export type PipelineConfig = z.output<typeof pipelineSchema>;
export type SupervisionConfig = z.output<typeof supervisionSchema>;
export type StatusConfig = z.output<typeof statusSchema>;
export type DlrConfig = z.output<typeof dlrSchema>;
export type Configuration = z.output<typeof documentSchema>;
