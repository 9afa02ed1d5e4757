import path from 'node:path';
import type { SpoolConfig } from '../config/spool.js';
import type { Logger } from '../logger.js';
import type { ResultItem, SpoolInlet, SpoolItems, SpoolStatus, Stored, UploadListener } from './items.js';
import { ResultsLane } from './results.js';
import { S3Writer } from './s3-object.js';
import { UploadsLane } from './uploads.js';

export type {
  LaneStatus,
  ResultItem,
  SpoolInlet,
  SpoolStatus,
  Stored,
  UploadItem,
  UploadListener,
  UploadOutcome,
} from './items.js';

export interface SpoolOptions {
  /** Of the component's state. */
  readonly folder: string;
  readonly config: SpoolConfig;
  /** Hands a message to the nucleus. @throws EdgeError of the IPC client */
  readonly send: (item: ResultItem) => Promise<void>;
  readonly logger: Logger;
}

/** What waits on the disk for the cloud: messages for IoT Core in order, uploads for S3, each within a budget of its own. */
export class Spool implements SpoolInlet {
  readonly #results: ResultsLane;
  readonly #uploads: UploadsLane;
  readonly #s3 = new S3Writer();

  constructor({ folder, config, send, logger }: SpoolOptions) {
    const lane = (name: 'results' | 'uploads') => ({
      folder: path.join(folder, 'spool', name),
      logger: logger.child({ spool: name }),
    });
    this.#results = new ResultsLane({ ...lane('results'), config: config.results, send });
    this.#uploads = new UploadsLane({
      ...lane('uploads'),
      config: config.uploads,
      put: (item, signal) => this.#s3.put(item, signal),
    });
  }

  get status(): SpoolStatus {
    return { results: this.#results.status, uploads: this.#uploads.status };
  }

  /** Goes on with what an earlier life of the process left. Never rejects. */
  async start(): Promise<void> {
    await Promise.all([this.#results.start(), this.#uploads.start()]);
  }

  configure(config: SpoolConfig): void {
    this.#results.configure(config.results);
    this.#uploads.configure(config.uploads);
  }

  push<K extends keyof SpoolItems>(kind: K, item: SpoolItems[K]): Promise<Stored>;
  push(kind: keyof SpoolItems, item: SpoolItems[keyof SpoolItems]): Promise<Stored> {
    return kind === 'results'
      ? this.#results.push(item as SpoolItems['results'])
      : this.#uploads.push(item as SpoolItems['uploads']);
  }

  /** Tells an owner what becomes of its uploads, those of an earlier life included. Before `start`. */
  onUpload(owner: string, listener: UploadListener): void {
    this.#uploads.listen(owner, listener);
  }

  /** Everything that waits is on the disk when it settles. */
  async close(): Promise<void> {
    await Promise.all([this.#results.close(), this.#uploads.close()]);
    this.#s3.close();
  }
}
