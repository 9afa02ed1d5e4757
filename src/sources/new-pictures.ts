import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ImagesSourceConfig } from '../config/source.js';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import { pause } from '../pause.js';
import type { Frame } from '../types.js';
import { isPictureName } from './images.js';
import type { FrameSource, SourceOptions } from './index.js';
import { readPicture } from './picture-file.js';

/** A file that was written to within this time may be half there. */
const settledMs = 250;
const lookEveryMs = 200;

interface NewFile {
  readonly name: string;
  readonly modifiedMs: number;
}

/**
 * Pictures that are put into a folder while it is watched, each once, the oldest first. The folder is looked at five times a second,
 * which costs a stat and works on network file systems, where there are no notifications.
 */
export class NewPicturesSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly silent = true;
  readonly #config: ImagesSourceConfig;
  readonly #options: SourceOptions;
  /** Names that were there at the start, or have been taken; only those that still are in the folder. */
  #known: ReadonlySet<string> | undefined;
  #waiting: NewFile[] = [];

  constructor(config: ImagesSourceConfig, options: SourceOptions) {
    this.#config = config;
    this.#options = options;
  }

  async next(signal: AbortSignal): Promise<Frame | undefined> {
    while (!signal.aborted) {
      if (this.#waiting.length === 0) await this.#look();
      const file = this.#waiting.shift();
      const frame = file && (await this.#read(path.join(this.#config.path, file.name), file.name));
      if (frame) return frame;
      if (!file) await pause(lookEveryMs, signal);
    }
    return undefined;
  }

  /** What was seen stays known: a fault of the folder must not bring its old pictures up again. */
  async stop(): Promise<void> {
    this.#waiting = [];
  }

  async #look(): Promise<void> {
    const folder = this.#config.path;
    const names = await readdir(folder).catch((error: unknown) => {
      throw new EdgeError(
        'SOURCE_NOT_FOUND',
        { path: folder, reason: (error as Error).message },
        { cause: error },
      );
    });
    const pictures = names.filter(isPictureName);
    const known = this.#known ?? new Set(pictures);
    const found = await Promise.all(
      pictures.filter((name) => !known.has(name)).map((name) => this.#settled(name)),
    );
    this.#waiting = found
      .filter((file) => file !== undefined)
      .sort((a, b) => a.modifiedMs - b.modifiedMs || (a.name < b.name ? -1 : 1));
    const taken = new Set(this.#waiting.map(({ name }) => name));
    this.#known = new Set(pictures.filter((name) => known.has(name) || taken.has(name)));
  }

  /** The clock of a file server, or ours, may jump: only a time close to now says that somebody is still writing. */
  async #settled(name: string): Promise<NewFile | undefined> {
    const info = await stat(path.join(this.#config.path, name)).catch(() => undefined);
    if (!info?.isFile() || Math.abs(Date.now() - info.mtimeMs) < settledMs) return undefined;
    return { name, modifiedMs: info.mtimeMs };
  }

  async #read(file: string, name: string): Promise<Frame | undefined> {
    const { minWidth, minHeight, logger } = this.#options;
    try {
      const decoded = await readPicture(file, minWidth, minHeight);
      return { kind: 'picture', id: ++this.counters.captured, capturedAt: new Date(), ...decoded, name };
    } catch (error) {
      if (!isEdgeError(error) || error.code !== 'PICTURE_UNREADABLE') throw error;
      this.counters.unreadable++;
      logger.warn({ code: error.code, picture: file }, describeError(error));
      return undefined;
    }
  }
}
