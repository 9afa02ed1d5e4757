import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { LatestFrame } from '../latest-frame.js';
import { FfmpegLog } from './ffmpeg-log.js';
import { JpegFrames } from './jpeg-frames.js';
import { RawFrames, type RawSize } from './raw-frames.js';

/** A program that writes frames to its standard output until it is ended. */
export interface FrameCommand {
  readonly argv: readonly [program: string, ...args: string[]];
  /** Written to its standard input, which is then closed: what must not stand in the list of processes. */
  readonly input?: string;
  /** JPEGs one after another; raw BGR pictures of a known size; raw BGR of ffmpeg, whose log gives the size. */
  readonly output:
    { readonly type: 'mjpeg' } | ({ readonly type: 'bgr24' } & RawSize) | { readonly type: 'ffmpeg' };
}

/** A frame as it came out of the pipe. */
export interface PipedFrame {
  readonly capturedAt: Date;
  readonly bytes: Buffer;
  /** Of raw BGR pixels; undefined for a JPEG. */
  readonly size: RawSize | undefined;
}

/** Why a program gives no more frames. */
export interface ProcessEnd {
  /** It is not installed. */
  readonly missing: boolean;
  /** In a few words; it may hold what the program was given. */
  readonly reason: string;
}

/** So much of what a program says is kept for the reason of its end. */
const keptLog = 2000;

/** One run of such a program. Its environment holds nothing but what finds programs and libraries. */
export class FrameProcess {
  readonly frames = new LatestFrame<PipedFrame>();
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #log: FfmpegLog | undefined;
  #errors = '';
  #answered = false;
  #wake: (() => void) | undefined;
  #ended = false;

  /** @param failure makes the error that whoever waits for a frame gets when the program ends */
  constructor(command: FrameCommand, failure: (end: ProcessEnd) => Error) {
    const [program, ...args] = command.argv;
    const end = (missing: boolean, reason: string) => {
      if (this.#ended) return;
      this.#ended = true;
      this.frames.end(failure({ missing, reason }));
      this.#wake?.();
    };
    const child = spawn(program, args, { env: bareEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    const { output } = command;
    if (output.type === 'mjpeg') {
      const jpegs = new JpegFrames((bytes) => this.#put(bytes, undefined));
      child.stdout.on('data', (chunk: Buffer) => jpegs.push(chunk));
    } else {
      const raw = new RawFrames(
        (bytes, size) => this.#put(bytes, size),
        output.type === 'bgr24' ? output : undefined,
      );
      child.stdout.on('data', (chunk: Buffer) => raw.push(chunk));
      if (output.type === 'ffmpeg')
        this.#log = new FfmpegLog({
          onAnswer: () => this.#answer(),
          onSize: (width, height) => raw.setSize({ width, height, rowAlignment: 1 }),
          onChange: (from, to) => end(false, `its pictures changed from ${from} to ${to}`),
        });
    }
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      this.#errors = (this.#errors + text).slice(-keptLog);
      this.#log?.push(text);
    });
    child.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ENOENT', error.message));
    // 'close', not 'exit': the last words may still be in the pipe.
    child.once('close', (code, signal) => end(false, this.#reason(code, signal)));
    // A program that is gone, or does not read, is no reason to fail: its end says more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(command.input ?? '');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Waits until the other side of a network stream answered, the program ended, or the signal. */
  async answered(signal: AbortSignal): Promise<boolean> {
    while (!this.#answered && !this.#ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return this.#answered || this.#ended;
  }

  /** Ends it by force: what reads a camera has nothing to save. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#ended = true;
    this.frames.clear();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  #put(bytes: Buffer, size: RawSize | undefined): void {
    this.#answer();
    if (!this.#ended) this.frames.put({ capturedAt: new Date(), bytes, size });
  }

  #answer(): void {
    this.#answered = true;
    this.#wake?.();
  }

  #reason(code: number | null, signal: string | null): string {
    const said = this.#log ? this.#log.error : this.#errors.trim().split('\n').at(-1);
    if (this.#log && !said && code === 0) return 'its stream ended';
    return said || (signal ? `it ended by ${signal}` : `it ended with code ${String(code)}`);
  }
}

/** Without credentials and whatever else the component was started with. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(PATH|HOME|LANG|LC_.*|TZ|TMPDIR|XDG_RUNTIME_DIR|LD_LIBRARY_PATH|GST_.*|LIBCAMERA_.*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}
