import { z } from 'zod';
import { fraction, integer, number } from './scalars.js';

/** Which frames are worth an inference. */
export const motionSchema = z.strictObject({
  minArea: fraction()
    .default(0.001)
    .describe('Share of the picture that has to change; 0.001 is a person at some distance.'),
  minDifference: integer(1, 255)
    .default(16)
    .describe('A place has changed when its grey level did by this, of 255; more for a noisy camera.'),
  holdSeconds: number(z.number().min(0).max(3600))
    .default(3)
    .describe('Frames are still looked at for this long after the last movement.'),
  refreshSeconds: number(z.number().min(1).max(86_400))
    .nullable()
    .default(30)
    .describe('A frame is looked at after this long in any case; null: only when something moves.'),
});

export type MotionConfig = z.output<typeof motionSchema>;
