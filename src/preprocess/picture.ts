import type { PreprocessConfig } from '../config/preprocess.js';
import { EdgeError } from '../errors/index.js';
import type { Frame, InputPicture, PixelBuffer } from '../types.js';
import { centred, type Geometry, type Rect } from './geometry.js';
import type { PreprocessedPicture, Preprocessor, PreprocessTarget, ResizeMode } from './index.js';

/** The engine is given a copy: of a frame of 1920x1080 at most, since it costs memory. */
const maxEngineBytes = 1920 * 1080 * 3;

/** Cuts the region out, and stretches, crops or letterboxes it to the model's size. */
export class PicturePreprocessor implements Preprocessor<PreprocessedPicture> {
  readonly #target: PreprocessTarget;
  readonly #mode: ResizeMode;
  readonly #region: readonly [number, number, number, number];

  readonly #engineReduces: boolean;

  constructor(target: PreprocessTarget, config: PreprocessConfig, engineReduces: boolean) {
    this.#target = target;
    this.#engineReduces = engineReduces;
    this.#mode = config.crop === 'center' ? 'crop' : (config.resize ?? target.resize.mode);
    this.#region = config.region ?? [0, 0, 1, 1];
  }

  process(frame: Frame): PreprocessedPicture {
    if (frame.kind !== 'picture')
      throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'pictures', got: 'samples' });
    const { picture } = frame;
    const { width, height } = this.#target;
    const { interpolation, padValue, align } = this.#target.resize;
    const region = this.#regionOf(picture.width, picture.height);
    const input: Rect = { x: 0, y: 0, width, height };
    const part = this.#mode === 'crop' ? centred(region, width, height) : region;
    const middle = this.#mode === 'letterbox' ? centred(input, region.width, region.height) : input;
    const content = align === 'start' ? { ...middle, x: 0, y: 0 } : middle;

    const geometry = geometryOf(part, content, picture.width, picture.height);
    if (this.#isForEngine(part))
      return { pixels: { ...picture.pixels(part), reduceTo: { width, height } }, geometry };
    const scaled = picture.resized(part, content.width, content.height, interpolation, this.#target.grey);
    const pixels: InputPicture =
      this.#mode === 'letterbox' ? padded(scaled, content, width, height, padValue) : scaled;
    return { pixels, geometry };
  }

  /** Whole ratios are OpenCV's: it is fast at them, and rounds their sums, which often lie on a half, in its own way. */
  #isForEngine(part: Rect): boolean {
    const { width, height, grey, resize } = this.#target;
    if (!this.#engineReduces || grey || this.#mode === 'letterbox' || resize.interpolation !== 'area')
      return false;
    if (part.width < width || part.height < height || part.width * part.height * 3 > maxEngineBytes)
      return false;
    return part.width % width !== 0 || part.height % height !== 0;
  }

  #regionOf(width: number, height: number): Rect {
    const [x, y, w, h] = this.#region;
    const left = Math.min(width - 1, Math.round(x * width));
    const top = Math.min(height - 1, Math.round(y * height));
    return {
      x: left,
      y: top,
      width: Math.max(1, Math.min(width - left, Math.round(w * width))),
      height: Math.max(1, Math.min(height - top, Math.round(h * height))),
    };
  }
}

function geometryOf(part: Rect, content: Rect, width: number, height: number): Geometry {
  return {
    part: { x: part.x / width, y: part.y / height, width: part.width / width, height: part.height / height },
    content,
  };
}

/** Lays bars of one grey level around the content. */
function padded(
  pixels: PixelBuffer,
  content: Rect,
  width: number,
  height: number,
  padValue: number,
): PixelBuffer {
  const data = Buffer.alloc(width * height * pixels.channels, padValue);
  const rowBytes = content.width * pixels.channels;
  for (let row = 0; row < content.height; row++) {
    const from = row * rowBytes;
    data.set(
      pixels.data.subarray(from, from + rowBytes),
      ((content.y + row) * width + content.x) * pixels.channels,
    );
  }
  return { data, width, height, channels: pixels.channels };
}
