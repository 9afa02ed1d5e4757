import { once } from 'node:events';
import type { VideoSourceConfig } from '../config/source.js';
import { EdgeError } from '../errors/index.js';
import { Picture } from '../opencv.js';
import type { PictureFrame } from '../types.js';
import { decodeVideo, probeVideo, type FfmpegProcess, type VideoInfo } from './ffmpeg.js';
import type { FrameSource } from './index.js';
import { LatestFrame } from './latest-frame.js';

/** Frames of a video file, decoded by an ffmpeg child; `realtime` plays like a camera, `everyFrame` waits for the pipeline. */
export class VideoSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly #config: VideoSourceConfig;
  #child: FfmpegProcess | undefined;
  #slot: LatestFrame<PictureFrame> | undefined;
  #frames = 0;

  constructor(config: VideoSourceConfig) {
    this.#config = config;
  }

  async next(signal: AbortSignal): Promise<PictureFrame | undefined> {
    this.#slot ??= await this.#open();
    const slot = this.#slot;
    try {
      const frame = await slot.take(signal);
      if (!frame) return undefined;
      this.counters.captured++;
      this.#child?.stdout.resume();
      return frame;
    } catch (error) {
      this.counters.reopened++;
      await this.stop();
      throw error;
    } finally {
      this.counters.superseded += slot.superseded;
      slot.superseded = 0;
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#slot?.clear();
    this.#slot = undefined;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #open(): Promise<LatestFrame<PictureFrame>> {
    const info = await probeVideo(this.#config.path);
    const realtime = this.#config.pace === 'realtime';
    const child = decodeVideo(this.#config.path, {
      realtime,
      loop: this.#config.loop,
      ...this.#thinned(info, realtime),
    });
    const slot = new LatestFrame<PictureFrame>(({ picture }) => picture.release());
    let produced = 0;
    let stderr = '';
    this.#child = child;
    this.#readFrames(child, info, (frame) => {
      produced++;
      slot.put(frame);
    });
    child.stderr.on('data', (text: Buffer) => (stderr = (stderr + text.toString()).slice(-2000)));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT';
      slot.end(
        missing
          ? new EdgeError('FFMPEG_NOT_FOUND', { program: 'ffmpeg' }, { cause })
          : this.#unreadable(cause.message),
      );
    });
    // 'close', not 'exit': the last frames may still be in the pipe.
    child.on('close', (code) => {
      const reason = stderr.trim().split('\n').at(-1);
      slot.end(
        produced === 0 || code !== 0
          ? this.#unreadable(reason || `ffmpeg ended with code ${String(code)}`)
          : undefined,
      );
    });
    return slot;
  }

  #unreadable(reason: string): EdgeError {
    return new EdgeError('VIDEO_UNREADABLE', { path: this.#config.path, reason });
  }

  #readFrames(child: FfmpegProcess, info: VideoInfo, deliver: (frame: PictureFrame) => void): void {
    const frameBytes = info.width * info.height * 3;
    const inTurn = this.#config.pace === 'everyFrame';
    let buffer = Buffer.allocUnsafe(frameBytes);
    let filled = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      for (let offset = 0; offset < chunk.length;) {
        const taken = chunk.copy(buffer, filled, offset);
        filled += taken;
        offset += taken;
        if (filled < frameBytes) continue;
        filled = 0;
        deliver(this.#frame(buffer, info));
        buffer = Buffer.allocUnsafe(frameBytes);
        if (!inTurn) continue;
        // What is left goes back, the pipe fills, and ffmpeg waits until the pipeline has taken this frame.
        child.stdout.pause();
        if (offset < chunk.length) child.stdout.unshift(chunk.subarray(offset));
        return;
      }
    });
  }

  #frame(bgr: Buffer, { width, height }: VideoInfo): PictureFrame {
    const picture = Picture.fromPixels(bgr, width, height);
    return {
      kind: 'picture',
      id: ++this.#frames,
      capturedAt: new Date(),
      width,
      height,
      picture,
    };
  }

  /** Frames that no tick will look at need not be converted and piped: twice the rate of the ticks keeps the newest one fresh. */
  #thinned(info: VideoInfo, realtime: boolean): { framesPerSecond?: number } {
    if (!realtime || this.#config.intervalSeconds === 0) return {};
    const wanted = Math.max(2, Math.ceil(2 / this.#config.intervalSeconds));
    return wanted < info.framesPerSecond ? { framesPerSecond: wanted } : {};
  }
}
