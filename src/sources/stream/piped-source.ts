import { performance } from 'node:perf_hooks';
import { EdgeError } from '../../errors/index.js';
import { Picture } from '../../opencv.js';
import type { Frame, PictureFrame } from '../../types.js';
import type { FrameSource, SourceOptions } from '../index.js';
import { decodePicture } from '../picture-file.js';
import type { FrameProcess, PipedFrame } from './frame-process.js';

/** How a program that gives frames is started. */
export interface FrameOpener {
  /** For messages: the address or the device, without credentials. */
  readonly name: string;
  /** Starts it, and waits for what shows that it works where that can be known before the first frame. @throws EdgeError */
  open(signal: AbortSignal): Promise<FrameProcess>;
}

/** A picture that a camera damaged on its way costs nothing but itself; so many in a row, and it is opened again. */
const maxUnreadableInARow = 20;

/** The newest frame of a program that writes frames to a pipe. */
export class PipedSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly #opener: FrameOpener;
  readonly #options: SourceOptions;
  #process: FrameProcess | undefined;
  #wasOpen = false;
  #openedAtMs: number | undefined;
  #unreadableInARow = 0;

  constructor(opener: FrameOpener, options: SourceOptions) {
    this.#opener = opener;
    this.#options = options;
  }

  get openedAtMs(): number | undefined {
    return this.#openedAtMs;
  }

  async next(signal: AbortSignal): Promise<Frame | undefined> {
    if (!this.#process) {
      this.#process = await this.#open(signal);
      this.#openedAtMs = performance.now();
    }
    const { frames } = this.#process;
    for (;;) {
      const piped = await frames.take(signal);
      this.counters.superseded += frames.superseded;
      frames.superseded = 0;
      // A stream has no end but a fault or the signal.
      if (!piped) return undefined;
      const frame = await this.#decode(piped);
      if (frame) return frame;
    }
  }

  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#openedAtMs = undefined;
    this.#unreadableInARow = 0;
    await process?.stop();
  }

  async #open(signal: AbortSignal): Promise<FrameProcess> {
    if (this.#wasOpen) this.counters.reopened++;
    this.#wasOpen = true;
    return this.#opener.open(signal);
  }

  async #decode({ bytes, size, capturedAt }: PipedFrame): Promise<Frame | undefined> {
    let decoded: Pick<PictureFrame, 'picture' | 'width' | 'height' | 'encoded'>;
    try {
      decoded = size
        ? {
            picture: Picture.fromPixels(bytes, size.width, size.height),
            width: size.width,
            height: size.height,
          }
        : await decodePicture(bytes, this.#options.minWidth, this.#options.minHeight);
    } catch (error) {
      this.counters.unreadable++;
      const reason = (error as Error).message;
      if (++this.#unreadableInARow >= maxUnreadableInARow)
        throw new EdgeError('CAMERA_FAILED', {
          name: this.#opener.name,
          reason: `its pictures are damaged: ${reason}`,
        });
      this.#options.logger.debug({ source: this.#opener.name, reason }, 'a picture is damaged');
      return undefined;
    }
    this.#unreadableInARow = 0;
    return { kind: 'picture', id: ++this.counters.captured, capturedAt, ...decoded };
  }
}
