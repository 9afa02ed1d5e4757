import type { PreprocessConfig } from '../config/preprocess.js';
import { EdgeError } from '../errors/index.js';
import type { Frame, PixelBuffer } from '../types.js';
import { centred, type Geometry, type Rect } from './geometry.js';
import type { PreprocessedPicture, Preprocessor, PreprocessTarget, ResizeMode } from './index.js';

/** Cuts the region out, and stretches, crops or letterboxes it to the model's size. */
export class PicturePreprocessor implements Preprocessor<PreprocessedPicture> {
  readonly #target: PreprocessTarget;
  readonly #mode: ResizeMode;
  readonly #region: readonly [number, number, number, number];

  constructor(target: PreprocessTarget, config: PreprocessConfig) {
    this.#target = target;
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

    const scaled = picture.resized(part, content.width, content.height, interpolation);
    return {
      pixels: this.#mode === 'letterbox' ? padded(scaled, content, width, height, padValue) : scaled,
      geometry: geometryOf(part, content, picture.width, picture.height),
    };
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
