import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { HttpSourceConfig } from '../../config/camera.js';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { Frame } from '../../types.js';
import type { Credentials } from '../credentials.js';
import type { FrameSource, SourceOptions } from '../index.js';
import { decodePicture } from '../picture-file.js';
import { fetchPicture } from './fetch-picture.js';

/** A picture that is fetched anew for each frame. */
export class HttpSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly #config: HttpSourceConfig;
  readonly #credentials: () => Credentials;
  readonly #options: SourceOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1, timeout: 60_000 });

  /** @param credentials asked for each picture, so that changed ones are used */
  constructor(config: HttpSourceConfig, credentials: () => Credentials, options: SourceOptions) {
    this.#config = config;
    this.#credentials = credentials;
    this.#options = options;
  }

  async next(signal: AbortSignal): Promise<Frame | undefined> {
    const bytes = await this.#fetch(signal);
    if (!bytes) return undefined;
    const { minWidth, minHeight } = this.#options;
    try {
      const decoded = await decodePicture(bytes, minWidth, minHeight);
      return { kind: 'picture', id: ++this.counters.captured, capturedAt: new Date(), ...decoded };
    } catch (error) {
      this.counters.unreadable++;
      throw new EdgeError('CAMERA_ANSWER', {
        name: this.#config.url,
        reason: `it is no picture that can be used: ${(error as Error).message}`,
      });
    }
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
  }

  async #fetch(signal: AbortSignal): Promise<Buffer | undefined> {
    const { url, timeoutSeconds, maxMegabytes, certificate } = this.#config;
    const limit = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      return await fetchPicture(new URL(url), {
        credentials: this.#credentials(),
        maxBytes: maxMegabytes * 1024 * 1024,
        certificate: certificate === undefined ? undefined : await readFile(certificate),
        agent: this.#agent,
        signal: AbortSignal.any([signal, limit]),
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isEdgeError(error)) throw error;
      const reason = limit.aborted
        ? `no picture within ${timeoutSeconds} s (source.timeoutSeconds)`
        : (error as Error).message;
      throw new EdgeError('CAMERA_UNREACHABLE', { name: url, reason }, { cause: error });
    }
  }
}
