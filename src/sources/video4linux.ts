import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { CameraSourceConfig } from '../config/camera.js';
import { EdgeError } from '../errors/index.js';
import { Capture } from '../capture.js';
import { captureTimeoutSeconds, type Picture } from '../opencv.js';
import type { Frame } from '../types.js';
import type { FrameSource } from './index.js';

/** So many frames lie ready in the driver's queue: older than the present, when they are not fetched all the time. */
const queueLength = 4;
/** A read that takes longer than OpenCV itself allows hangs in the driver. */
const hungAfterMs = 2_000 * captureTimeoutSeconds;

type DeviceCamera = CameraSourceConfig & { readonly device: string | number };

/** A Video4Linux camera by OpenCV. Its device is looked up anew each time it is opened, so a stable path is found again. */
export class Video4LinuxSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly #config: DeviceCamera;
  #capture: Capture | undefined;
  #wasOpen = false;
  #readAt = 0;
  #reading: Promise<Picture | undefined> | undefined;

  constructor(config: DeviceCamera) {
    this.#config = config;
  }

  async next(signal: AbortSignal): Promise<Frame | undefined> {
    this.#capture ??= await this.#open();
    for (let stale = this.#staleFrames(this.#capture); ; stale--) {
      const picture = await this.#read(this.#capture, signal);
      if (picture === 'aborted') return undefined;
      if (!picture)
        throw new EdgeError('CAMERA_FAILED', {
          name: String(this.#config.device),
          reason: `no frame came within ${captureTimeoutSeconds} s, or it was unplugged`,
        });
      if (stale <= 0) {
        const { width, height } = picture;
        return {
          kind: 'picture',
          id: ++this.counters.captured,
          capturedAt: new Date(),
          width,
          height,
          picture,
        };
      }
      picture.release();
      this.counters.superseded++;
    }
  }

  /** @throws EdgeError CAMERA_HUNG where the driver does not come back: only the end of the process helps */
  async stop(): Promise<void> {
    const capture = this.#capture;
    this.#capture = undefined;
    if (!capture) return;
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<'hung'>((resolve) => (timer = setTimeout(() => resolve('hung'), hungAfterMs)));
    const read = await Promise.race([this.#reading?.catch(() => undefined), hung]);
    clearTimeout(timer);
    if (read === 'hung') throw new EdgeError('CAMERA_HUNG', { device: String(this.#config.device) });
    read?.release();
    this.#reading = undefined;
    capture.release();
  }

  /** The frames that the driver had ready since the last one was fetched. */
  #staleFrames(capture: Capture): number {
    const rate = this.#config.framesPerSecond ?? capture.framesPerSecond;
    const since = (performance.now() - this.#readAt) / 1000;
    return this.#readAt === 0 ? 0 : Math.min(queueLength, Math.floor(since * (rate > 0 ? rate : 30)));
  }

  /** Gives up waiting, not the read itself: that ends in the driver. */
  async #read(capture: Capture, signal: AbortSignal): Promise<Picture | undefined | 'aborted'> {
    const reading = (this.#reading ??= capture.read());
    const aborted = new Promise<'aborted'>((resolve) =>
      signal.addEventListener('abort', () => resolve('aborted'), { once: true }),
    );
    const picture = signal.aborted ? 'aborted' : await Promise.race([reading, aborted]);
    if (picture === 'aborted') return picture;
    this.#reading = undefined;
    this.#readAt = performance.now();
    return picture;
  }

  async #open(): Promise<Capture> {
    if (this.#wasOpen) this.counters.reopened++;
    this.#wasOpen = true;
    this.#readAt = 0;
    const index = await findDevice(this.#config.device);
    try {
      return new Capture(index, this.#config);
    } catch (error) {
      throw new EdgeError(
        'CAMERA_NOT_FOUND',
        {
          device: String(this.#config.device),
          reason: `OpenCV cannot open /dev/video${index}, which another program may hold (${(error as Error).message.trim()})`,
        },
        { cause: error },
      );
    }
  }
}

/**
 * The number of a device: of /dev/videoN, or of what a stable path in /dev/v4l leads to now.
 * @throws EdgeError CAMERA_NOT_FOUND
 */
export async function findDevice(device: string | number, dev = '/dev'): Promise<number> {
  const path = typeof device === 'number' ? `${dev}/video${device}` : device;
  const refuse = (reason: string, cause?: unknown) =>
    new EdgeError('CAMERA_NOT_FOUND', { device: String(device), reason }, { cause });
  let real: string;
  try {
    real = await realpath(path);
    if (!(await stat(real)).isCharacterDevice()) throw refuse('it is no device');
    await access(real, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (error instanceof EdgeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refuse('there is no such device at the moment', error);
    if (code === 'EACCES') throw refuse('this user may not read and write it', error);
    throw refuse((error as Error).message, error);
  }
  const number = /\/video(\d+)$/.exec(real)?.[1];
  if (number === undefined) throw refuse(`it leads to ${real}, which is no video device`);
  return Number(number);
}
