import type { SourceConfig } from '../config/source.js';
import type { Logger } from '../logger.js';
import type { SensorCounters } from '../samples.js';
import type { Frame } from '../types.js';
import { commandOpener } from './camera-command.js';
import { findCredentials } from './credentials.js';
import { HttpSource } from './http/source.js';
import { ImagesSource } from './images.js';
import { NewPicturesSource } from './new-pictures.js';
import { createSensorSource, type SensorContext } from './sensor/index.js';
import { RequestsSource } from './requests.js';
import { rtspOpener } from './rtsp.js';
import { PipedSource } from './stream/piped-source.js';
import { Video4LinuxSource } from './video4linux.js';
import { VideoSource } from './video.js';

/** Counters of a source: nothing is dropped in silence. */
export interface SourceCounters {
  /** Frames handed on. */
  captured: number;
  /** Pictures skipped because they cannot be decoded. */
  unreadable: number;
  /** Frames replaced by a newer one before anyone took them. */
  superseded: number;
  /** Times the source was opened again after a fault. */
  reopened: number;
  /** Of a source of samples. */
  sensor?: SensorCounters;
}

/** Where frames come from. The pipeline asks once a tick and gets the newest frame there is. */
export interface FrameSource {
  readonly counters: Readonly<SourceCounters>;
  /** It gives no frames by itself, so silence is no fault. */
  readonly silent?: true;
  /**
   * When it was opened, by performance.now(); undefined while it opens, which it limits itself. Where a source has no such member,
   * opening counts as waiting for a frame.
   */
  readonly openedAtMs?: number | undefined;
  /**
   * The newest frame; undefined at the end of a source that has one. The caller releases its picture. Opens what is not open.
   * @throws EdgeError for a fault: it is counted and reported, and the next tick asks again, for ever.
   */
  next(signal: AbortSignal): Promise<Frame | undefined>;
  /** Frees files, processes and frames. Idempotent. */
  stop(): Promise<void>;
}

export interface SourceOptions extends SensorContext {
  /** Size of the model's input: pictures need not be decoded larger than what still covers it. */
  readonly minWidth: number;
  readonly minHeight: number;
  readonly logger: Logger;
  /** Text of the secret that the configuration names, where it names one. */
  readonly secret?: string;
}

export function createSource(config: SourceConfig, options: SourceOptions): FrameSource {
  switch (config.type) {
    case 'camera': {
      const { device, command } = config;
      if (command) return new PipedSource(commandOpener({ ...config, command }), options);
      return new Video4LinuxSource({ ...config, device: device ?? 0 });
    }
    case 'rtsp':
      return new PipedSource(
        rtspOpener(config, () => findCredentials(config.credentials, options.secret)),
        options,
      );
    case 'http':
      return new HttpSource(config, () => findCredentials(config.credentials, options.secret), options);
    case 'images':
      return config.take === 'new'
        ? new NewPicturesSource(config, options)
        : new ImagesSource(config, options);
    case 'video':
      return new VideoSource(config);
    case 'requests':
      return new RequestsSource();
    case 'topic':
    case 'mqtt':
    case 'csv':
    case 'jsonl':
    case 'serial':
    case 'hwmon':
    case 'iio':
    case 'audio':
      return createSensorSource(config, options);
  }
}
