import type { ReplaySourceConfig } from '../config/sensor-source.js';
import { EdgeError } from '../errors/index.js';
import { createLogger } from '../logger.js';
import type { Manifest } from '../models/index.js';
import { createWindowing } from '../preprocess/index.js';
import { createSource } from '../sources/index.js';
import type { SampleFrame } from '../types.js';

/** All windows of a recording, as a pipeline would see them. @throws EdgeError SENSOR_*, FRAME_KIND_MISMATCH */
export async function windowsOf(manifest: Manifest, config: ReplaySourceConfig): Promise<SampleFrame[]> {
  const { input } = manifest;
  if (input.kind !== 'samples')
    throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'pictures', got: 'samples' });
  const logger = createLogger({ name: 'recording', level: 'warn', stream: 'stderr' });
  const windowing = createWindowing(input);
  const source = createSource(
    { ...config, speed: 0, loop: false },
    { minWidth: 0, minHeight: 0, logger, windowing },
  );
  const windows: SampleFrame[] = [];
  const never = new AbortController().signal;
  for (let frame = await source.next(never); frame?.kind === 'samples'; frame = await source.next(never))
    windows.push(frame);
  await source.stop();
  return windows;
}
