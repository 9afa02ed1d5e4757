import path from 'node:path';
import type { SensorSourceConfig } from '../../config/sensor-source.js';
import { EdgeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import type { Windowing } from '../../samples.js';
import { openAudio } from './audio.js';
import { openForwarded, type ReadingInbox } from './forwarded.js';
import type { ReadingReader } from './reading.js';
import { Replay } from './replay.js';
import { SensorSource, type Skip } from './sensor-source.js';
import { openSerial } from './serial.js';
import { openSysfs } from './sysfs.js';

export interface SensorContext {
  readonly logger: Logger;
  /** Of the model; undefined where it takes pictures. */
  readonly windowing?: Windowing | undefined;
  /** Where messages of topics come in; undefined where nobody subscribes. */
  readonly inbox?: ReadingInbox | undefined;
}

/** @throws EdgeError FRAME_KIND_MISMATCH where the model takes pictures */
export function createSensorSource(config: SensorSourceConfig, context: SensorContext): SensorSource {
  const { logger, windowing, inbox } = context;
  if (!windowing) throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'pictures', got: 'samples' });
  const name = 'speed' in config ? path.basename(config.path) : undefined;
  return new SensorSource(config, {
    logger,
    windowing,
    name,
    open: (skip) => open(config, windowing, inbox, skip),
  });
}

function open(
  config: SensorSourceConfig,
  { channels, leastRows }: Windowing,
  inbox: ReadingInbox | undefined,
  skip: Skip,
): Promise<ReadingReader> | ReadingReader {
  switch (config.type) {
    case 'csv':
    case 'jsonl':
      return new Replay(config, channels, leastRows, skip);
    case 'topic':
    case 'mqtt': {
      const { topic, fields, timeField } = config;
      if (!inbox)
        throw new EdgeError('SENSOR_DEVICE_FAILED', {
          path: topic,
          reason: 'nothing subscribes to topics here',
        });
      return openForwarded(inbox, topic, { channels, fields, timeField }, skip);
    }
    case 'serial':
      return openSerial(config, channels, skip);
    case 'hwmon':
    case 'iio':
      return openSysfs(config, channels);
    case 'audio':
      return openAudio(config, channels);
  }
}
