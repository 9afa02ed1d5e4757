import { z } from 'zod';
import { boolean, number } from './scalars.js';

const intervalSeconds = () =>
  number(z.number().min(0).max(86_400))
    .default(1)
    .describe(
      'Time between two frames in seconds, on a monotonic clock without drift; 0 takes frames as fast as they are inferred.',
    );

export const imagesSource = z.strictObject({
  type: z.literal('images'),
  path: z
    .string()
    .min(1)
    .describe('A folder of pictures (JPEG, PNG, BMP), taken in the order of their names, or one picture.'),
  intervalSeconds: intervalSeconds(),
  loop: boolean()
    .default(true)
    .describe('Start again after the last picture; otherwise the pipeline ends there.'),
});

export const videoSource = z.strictObject({
  type: z.literal('video'),
  path: z.string().min(1).describe('A video file that ffmpeg can read.'),
  intervalSeconds: intervalSeconds(),
  loop: boolean()
    .default(false)
    .describe('Start again after the last frame; otherwise the pipeline ends there.'),
  pace: z
    .enum(['realtime', 'everyFrame'])
    .default('realtime')
    .describe(
      'realtime: as a camera would, the newest frame wins; everyFrame: each frame in turn, as fast as the model allows.',
    ),
});

export const requestsSource = z
  .strictObject({ type: z.literal('requests') })
  .describe('No frames at all: the model only answers what the inference service is asked.')
  .transform((source) => ({ ...source, intervalSeconds: 1 }));

export const sourceSchema = z.discriminatedUnion('type', [imagesSource, videoSource, requestsSource]);

/** Whether silence of the source is a fault. */
export const givesFrames = ({ type }: Pick<SourceConfig, 'type'>): boolean => type !== 'requests';

export type ImagesSourceConfig = z.output<typeof imagesSource>;
export type VideoSourceConfig = z.output<typeof videoSource>;
export type SourceConfig = z.output<typeof sourceSchema>;
