import { cv, guarded, Picture, type Mat } from './opencv.js';

/** What a camera is asked for; it may choose something else. */
export interface CaptureWishes {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly framesPerSecond?: number | undefined;
  /** Code of four characters. */
  readonly pixelFormat?: string | undefined;
}

/** A Video4Linux camera. One read at a time; nothing else while a read is under way. */
export class Capture {
  readonly #capture: InstanceType<ReturnType<typeof cv>['VideoCapture']>;

  /**
   * Opens /dev/video<index>. Blocks the thread for as long as the driver takes.
   * @throws Error with OpenCV's reason
   */
  constructor(index: number, wishes: CaptureWishes) {
    this.#capture = guarded(() => new (cv().VideoCapture)(index));
    const { pixelFormat, width, height, framesPerSecond } = wishes;
    // The format first: the sizes and rates depend on it.
    this.#ask(cv().CAP_PROP_FOURCC, pixelFormat === undefined ? undefined : fourCharacters(pixelFormat));
    this.#ask(cv().CAP_PROP_FRAME_WIDTH, width);
    this.#ask(cv().CAP_PROP_FRAME_HEIGHT, height);
    this.#ask(cv().CAP_PROP_FPS, framesPerSecond);
  }

  /** What the camera says of itself; 0 where it says nothing. */
  get framesPerSecond(): number {
    return guarded(() => this.#capture.get(cv().CAP_PROP_FPS));
  }

  /** The next frame; waits for it in the thread pool, for five seconds at most. Undefined where none came. */
  async read(): Promise<Picture | undefined> {
    let mat: Mat;
    try {
      mat = await this.#capture.readAsync();
    } catch (error) {
      throw error instanceof Error ? error : new Error(String(error));
    }
    return Picture.fromMat(mat);
  }

  release(): void {
    guarded(() => this.#capture.release());
  }

  #ask(property: number, value: number | undefined): void {
    if (value !== undefined) guarded(() => this.#capture.set(property, value));
  }
}

const fourCharacters = (code: string): number => Buffer.from(code, 'latin1').readUInt32LE();
