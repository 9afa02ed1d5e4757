import { z } from 'zod';
import { number } from './scalars.js';

/** Time between two ticks of a source. */
export const intervalSeconds = () =>
  number(z.number().min(0).max(86_400))
    .default(1)
    .describe(
      'Time between two frames in seconds, on a monotonic clock without drift; 0 takes frames as fast as they are inferred.',
    );
