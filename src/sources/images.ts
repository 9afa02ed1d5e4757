import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ImagesSourceConfig } from '../config/source.js';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import type { PictureFrame } from '../types.js';
import type { FrameSource, SourceOptions } from './index.js';
import { readPicture } from './picture-file.js';

const extensions = new Set(['.jpg', '.jpeg', '.png', '.bmp']);

export const isPictureName = (name: string): boolean => extensions.has(path.extname(name).toLowerCase());

/** Pictures of a folder in the order of their names; the folder is read again each time round, so that new files are seen. */
export class ImagesSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly #config: ImagesSourceConfig;
  readonly #options: SourceOptions;
  #files: string[] = [];
  #position = 0;
  #rounds = 0;

  constructor(config: ImagesSourceConfig, options: SourceOptions) {
    this.#config = config;
    this.#options = options;
  }

  async next(signal: AbortSignal): Promise<PictureFrame | undefined> {
    // A round starts wherever the last one ended, so that one bad picture never costs a tick.
    for (let skipped = 0; ; skipped++) {
      if (skipped > 0 && skipped >= this.#files.length) {
        const count = this.#files.length;
        this.#files = [];
        throw new EdgeError('SOURCE_ALL_UNREADABLE', { path: this.#config.path, count });
      }
      if (this.#position >= this.#files.length) {
        if (this.#rounds > 0 && !this.#config.loop) return undefined;
        await this.#readFolder();
      }
      const file = this.#files[this.#position++];
      if (file === undefined) continue;
      const frame = await this.#read(file);
      if (frame) return frame;
      // A folder full of bad pictures must not keep the process from saying that it is alive, or from stopping.
      await setImmediate();
      if (signal.aborted) return undefined;
    }
  }

  async stop(): Promise<void> {
    this.#files = [];
    this.#position = 0;
  }

  async #read(file: string): Promise<PictureFrame | undefined> {
    try {
      const { minWidth, minHeight } = this.#options;
      const decoded = await readPicture(file, minWidth, minHeight);
      this.counters.captured++;
      return {
        kind: 'picture',
        id: this.counters.captured,
        capturedAt: new Date(),
        ...decoded,
        name: path.basename(file),
      };
    } catch (error) {
      if (!isEdgeError(error) || error.code !== 'PICTURE_UNREADABLE') throw error;
      this.counters.unreadable++;
      this.#options.logger.warn({ code: error.code, picture: file }, describeError(error));
      return undefined;
    }
  }

  async #readFolder(): Promise<void> {
    const root = this.#config.path;
    this.#files = [];
    this.#position = 0;
    try {
      const info = await stat(root);
      if (info.isDirectory()) {
        const names = await readdir(root);
        this.#files = names
          .filter(isPictureName)
          .sort()
          .map((name) => path.join(root, name));
      } else {
        this.#files = [root];
      }
    } catch (error) {
      throw new EdgeError(
        'SOURCE_NOT_FOUND',
        { path: root, reason: (error as Error).message },
        { cause: error },
      );
    }
    if (this.#files.length === 0) throw new EdgeError('SOURCE_EMPTY', { path: root });
    this.#rounds++;
  }
}
