import { z } from 'zod';
import { fraction, integer, number } from './scalars.js';

/** A measure that raises the alarm at one value and ends it at a lower one, so that it does not flicker. */
const limits = (alarm: number, clear: number) =>
  z
    .strictObject({
      alarm: number(z.number().min(0).max(100)).default(alarm),
      clear: number(z.number().min(0).max(100)).default(clear),
    })
    .refine((value) => value.clear <= value.alarm, { path: ['clear'], message: 'must not be above alarm' })
    .prefault({});

/** Whether what the model sees still looks like what it saw at first. */
export const driftSchema = z.strictObject({
  reference: z
    .strictObject({
      samples: integer(50, 10_000)
        .default(1000)
        .describe('So many first results of a model are what later ones are compared with.'),
      name: z
        .string()
        .max(64)
        .default('')
        .describe('Change it to make a new reference: after the camera was moved, say.'),
    })
    .prefault({}),
  windowSamples: integer(50, 10_000).default(500).describe('So many newest results are compared.'),
  intervalSeconds: number(z.number().min(1).max(86_400))
    .default(300)
    .describe('Time between two comparisons.'),
  labels: limits(0.25, 0.1).describe(
    'Population stability index of the labels: below 0.1 little has changed, above 0.25 much.',
  ),
  confidence: limits(0.2, 0.1).describe('Kolmogorov-Smirnov distance of the confidences, 0..1.'),
  significance: fraction()
    .default(0.01)
    .describe('A distance counts only where chance alone would reach it less often than this.'),
});

export type DriftConfig = z.output<typeof driftSchema>;
