import { z } from 'zod';
import { StateFile } from '../state-file.js';

/** What later results are compared with, as it is kept on the disk. */
const referenceSchema = z.object({
  version: z.literal(1),
  /** SHA-256 of the model's package: another model has another reference. */
  digest: z.string(),
  name: z.string(),
  /** How often each label was the best one. */
  labels: z.record(z.string(), z.int().min(1)),
  confidences: z.array(z.number().min(0).max(1)),
});

export type Reference = z.output<typeof referenceSchema>;

export const referenceFile = (folder: string, pipeline: string): StateFile<Reference> =>
  new StateFile(folder, `drift-${pipeline}.json`, referenceSchema);
