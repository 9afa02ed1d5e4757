import { z } from 'zod';
import { integer, number } from './scalars.js';

const budget = (megabytes: number) =>
  number(z.number().min(8).max(1_000_000))
    .default(megabytes)
    .describe('Space on the disk, in MB of 1,000,000 bytes; above it the oldest go, and are counted.');

const resultsSpoolSchema = z.strictObject({
  maxMegabytes: budget(256),
  publishesPerSecond: number(z.number().min(0.1).max(100))
    .default(90)
    .describe('How fast IoT Core gets them: it takes 100 a second from a device, all components together.'),
  kibibytesPerSecond: number(z.number().min(1).max(512))
    .default(450)
    .describe('The same in bytes: IoT Core takes 512 KiB a second from a device.'),
});

const uploadsSpoolSchema = z.strictObject({
  maxMegabytes: budget(1024),
  parallel: integer(1, 8).default(2).describe('Uploads to S3 at the same time.'),
});

/** What waits on the disk for the cloud. */
export const spoolSchema = z.strictObject({
  results: resultsSpoolSchema
    .prefault({})
    .describe('Results and messages of rules for IoT Core. They go out in order, at least once.'),
  uploads: uploadsSpoolSchema
    .prefault({})
    .describe('Pictures and samples for S3. They go out as soon as their bucket takes them.'),
});

export type SpoolConfig = z.output<typeof spoolSchema>;
