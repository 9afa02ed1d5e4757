import { z } from 'zod';
import { fraction } from './scalars.js';

const region = z
  .tuple([fraction(), fraction(), fraction(), fraction()])
  .refine(([x, y, width, height]) => width > 0 && height > 0 && x + width <= 1 && y + height <= 1, {
    message: 'must be [x, y, width, height] as fractions of the frame, inside it and not empty',
  });

export const preprocessSchema = z.strictObject({
  region: region
    .optional()
    .describe(
      'The part of the frame that is used, [x, y, width, height] as fractions 0..1; default: all of it.',
    ),
  resize: z
    .enum(['stretch', 'crop', 'letterbox'])
    .optional()
    .describe("How the region becomes the model's input size; default: what the model's manifest says."),
  crop: z
    .literal('center')
    .optional()
    .describe('Short for `resize: crop`: the centre in the aspect of the model.'),
});

export type PreprocessConfig = z.output<typeof preprocessSchema>;
