import { z } from 'zod';
import { httpSchema } from './http.js';
import { boolean, identifier, integer, number, topic } from './scalars.js';

/** Inference for the other components of the device. */
export const serviceSchema = z.strictObject({
  http: httpSchema(8000)
    .prefault({})
    .describe('The Open Inference Protocol v2 (KServe, Triton), and pictures by POST.'),
  ipc: z
    .strictObject({
      enabled: boolean().default(false),
      topic: topic()
        .default('mli/inference/requests')
        .describe('Local topic for requests; answers go to mli/replies/<client>/<request>.'),
    })
    .prefault({})
    .describe('Requests over local topics, for bodies of a few kilobytes.'),
  models: z
    .array(identifier())
    .optional()
    .describe('Names of the models that are served; default: those of all pipelines.'),
  concurrency: integer(1, 4)
    .default(2)
    .describe('How many requests a pipeline works on at once; its frames come first in every case.'),
  queueLimit: integer(0, 1000)
    .default(32)
    .describe('How many more may wait for a pipeline; above it: HTTP 429, Queue.Full.'),
  timeoutSeconds: number(z.number().min(0.1).max(100))
    .default(10)
    .describe('A request that waits and works for longer is given up.'),
  maxBodyMegabytes: number(z.number().min(0.001).max(64))
    .default(16)
    .describe('Larger bodies are refused with HTTP 413, before and after they are decompressed.'),
});

export type ServiceConfig = z.output<typeof serviceSchema>;
