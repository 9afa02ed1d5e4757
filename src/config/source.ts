import { z } from 'zod';
import { cameraSource, httpSource, rtspSource } from './camera.js';
import { intervalSeconds } from './interval.js';
import { isSensor, sensorSources } from './sensor-source.js';
import { boolean } from './scalars.js';

export const imagesSource = z.strictObject({
  type: z.literal('images'),
  path: z
    .string()
    .min(1)
    .describe('A folder of pictures (JPEG, PNG, BMP), taken in the order of their names, or one picture.'),
  intervalSeconds: intervalSeconds(),
  take: z
    .enum(['all', 'new'])
    .default('all')
    .describe(
      'all: each in turn, and files that came since in the next round; new: only files that come later, each once, the oldest first.',
    ),
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

export const sourceSchema = z.discriminatedUnion('type', [
  cameraSource,
  rtspSource,
  httpSource,
  videoSource,
  imagesSource,
  requestsSource,
  ...sensorSources,
]);

/** Whether silence of the source is a fault. */
export const givesFrames = (source: SourceConfig): boolean =>
  source.type !== 'requests' &&
  // A window may take longer to fill than a new process is given for its first result.
  !isSensor(source) &&
  !(source.type === 'images' && source.take === 'new');

export type ImagesSourceConfig = z.output<typeof imagesSource>;
export type VideoSourceConfig = z.output<typeof videoSource>;
export type SourceConfig = z.output<typeof sourceSchema>;

/**
 * Names what a source holds for itself alone, such as a camera; undefined where it can be opened twice. When a pipeline goes over to
 * another process, such a thing is given up before the new one opens it.
 */
export function exclusiveDevice(source: SourceConfig): string | undefined {
  if (source.type === 'camera') return `camera ${JSON.stringify(source.command ?? source.device ?? 0)}`;
  if (source.type === 'serial') return `serial ${source.path}`;
  if (source.type === 'audio') return `audio ${source.device}`;
  return undefined;
}
