import { z } from 'zod';
import { fraction, integer, number } from './scalars.js';

const point = z.tuple([fraction(), fraction()]);

const area = z
  .array(point)
  .min(3)
  .max(100)
  .describe(
    'A polygon: its corners [x, y] as fractions of the frame, in order; the last is joined to the first.',
  );

export const trackSchema = z.strictObject({
  minOverlap: fraction()
    .default(0.25)
    .describe(
      'A detection belongs to a track when it overlaps the place where that is expected by at least this (intersection over union).',
    ),
  maxGapSeconds: number(z.number().min(0).max(3600))
    .default(2)
    .describe('A track that was not seen for longer than this, and for three intervals, is over.'),
});

/** What a pipeline makes of the detections of its model. */
export const detectSchema = z.strictObject({
  labels: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Only these are reported; default: all that the model knows.'),
  minConfidence: fraction().optional().describe("Least confidence; default: what the model's manifest says."),
  maxOverlap: fraction()
    .optional()
    .describe(
      "Of two boxes of one label that overlap more than this, the better stays; default: the manifest's.",
    ),
  maxDetections: integer(1, 1000)
    .optional()
    .describe("The best so many of a frame are reported; default: the manifest's."),
  include: z
    .array(area)
    .max(50)
    .default([])
    .describe('Areas of the frame; only what stands in one of them is reported. Default: everywhere.'),
  exclude: z
    .array(area)
    .max(50)
    .default([])
    .describe('Areas of the frame; what stands in one is not reported.'),
  anchor: z
    .enum(['bottom', 'center'])
    .default('bottom')
    .describe('The point of a box that says where it stands: the middle of its lower edge, or its centre.'),
  track: trackSchema
    .nullable()
    .prefault({})
    .describe('Gives the same object the same number on consecutive frames; null: off.'),
});

export type DetectConfig = z.output<typeof detectSchema>;
export type TrackConfig = z.output<typeof trackSchema>;
export type Area = z.output<typeof area>;
