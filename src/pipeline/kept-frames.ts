import type { Frame } from '../types.js';
import { KeptPicture } from './kept-picture.js';
import { KeptWindow } from './kept-window.js';

export type KeptFrame = KeptPicture | KeptWindow;

/** The last frames that gave a result. Keeps nothing where nobody may ask. */
export class KeptFrames {
  readonly #frames: KeptFrame[] = [];
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#trim();
  }

  /** To be called before the frame is used up; what comes back is added once it has a result, or released. */
  hold(frame: Frame): KeptFrame | undefined {
    if (this.#limit === 0) return undefined;
    return frame.kind === 'picture' ? new KeptPicture(frame) : new KeptWindow(frame);
  }

  add(frame: KeptFrame): void {
    this.#frames.push(frame);
    this.#trim();
  }

  /** @param id default: the newest */
  find(id?: number): KeptFrame | undefined {
    return id === undefined ? this.#frames.at(-1) : this.#frames.find((frame) => frame.id === id);
  }

  clear(): void {
    for (const frame of this.#frames.splice(0)) frame.release();
  }

  #trim(): void {
    const surplus = Math.max(0, this.#frames.length - this.#limit);
    for (const frame of this.#frames.splice(0, surplus)) frame.release();
  }
}
