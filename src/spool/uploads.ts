import path from 'node:path';
import type { SpoolConfig } from '../config/spool.js';
import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { pause } from '../pause.js';
import { Bodies, type BodyFile } from './bodies.js';
import type { LaneStatus, Stored, UploadItem, UploadListener, UploadOutcome } from './items.js';
import { megabyte, Queue } from './queue.js';
import { Rests } from './rests.js';
import { storeReason } from './store.js';
import { Wake } from './wake.js';

export interface UploadsOptions {
  readonly folder: string;
  readonly config: SpoolConfig['uploads'];
  /** One attempt. Never rejects. */
  readonly put: (item: UploadItem, signal: AbortSignal) => Promise<UploadOutcome>;
  readonly logger: Logger;
}

/** An upload as it is in the store: its body is a file beside it. */
type StoredUpload = Omit<UploadItem, 'body'> & { readonly body: BodyFile };

const pageSize = 64;
const idleMs = 5000;
const closingMs = 2000;
/** Uploads for S3, the oldest first; what one bucket does not take holds up no other. */
export class UploadsLane {
  readonly #options: UploadsOptions;
  readonly #queue: Queue;
  readonly #bodies: Bodies;
  readonly #listeners = new Map<string, UploadListener>();
  readonly #wake = new Wake();
  readonly #ending = new AbortController();
  readonly #busy = new Map<number, Promise<void>>();
  readonly #rests = new Rests();
  /** What their owners know of those that wait. */
  readonly #told = new Map<number, 'delayed' | 'refused'>();
  #parallel: number;
  #running: Promise<void> = Promise.resolve();
  #counters = { sent: 0, refused: 0, lostWithoutDisk: 0, damaged: 0 };
  #diskFault: string | undefined;

  constructor(options: UploadsOptions) {
    this.#options = options;
    const { folder, config, logger } = options;
    this.#bodies = new Bodies(path.join(folder, 'bodies-v1'));
    this.#parallel = config.parallel;
    this.#queue = new Queue({
      folder,
      maxBytes: config.maxMegabytes * megabyte,
      onLost: (value) => this.#bodies.remove(decode(value).body.file),
      logger,
    });
    this.#queue.onItems = () => this.#wake.notice();
  }

  get status(): LaneStatus {
    const { counters, waiting, diskBytes, diskFault } = this.#queue;
    const { sent, refused, lostWithoutDisk, damaged } = this.#counters;
    return {
      waiting,
      diskBytes,
      sent,
      ...counters,
      lostWithoutDisk: counters.lostWithoutDisk + lostWithoutDisk,
      damaged: counters.damaged + damaged,
      refused,
      diskFault: diskFault ?? this.#diskFault,
      sendFault: this.#rests.firstFault,
    };
  }

  configure(config: SpoolConfig['uploads']): void {
    this.#queue.maxBytes = config.maxMegabytes * megabyte;
    this.#parallel = config.parallel;
    this.#wake.notice();
  }

  listen(owner: string, listener: UploadListener): void {
    this.#listeners.set(owner, listener);
  }

  async start(): Promise<void> {
    await this.#queue.open();
    this.#running = this.#run(this.#ending.signal);
  }

  async push(item: UploadItem): Promise<Stored> {
    const { body, ...rest } = item;
    let file: BodyFile;
    try {
      file = await this.#bodies.add(body);
      this.#diskFault = undefined;
    } catch (error) {
      this.#counters.lostWithoutDisk++;
      this.#sayDiskFault(storeReason(error));
      return 'lost';
    }
    return this.#queue.push(Buffer.from(JSON.stringify({ ...rest, body: file })), body.byteLength);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake.notice();
    const settled = Promise.all([this.#running, ...this.#busy.values()]);
    await Promise.race([settled, pause(closingMs, new AbortController().signal)]);
    await this.#queue.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    await this.#removeOrphans();
    while (!signal.aborted) {
      const found = this.#busy.size < this.#parallel && (await this.#next());
      if (found) {
        const { sequence, upload } = found;
        const work = this.#upload(sequence, upload, signal).finally(() => {
          this.#busy.delete(sequence);
          this.#wake.notice();
        });
        this.#busy.set(sequence, work);
      } else {
        await this.#wake.wait(Math.min(idleMs, ...this.#rests.remainingMs), signal);
      }
    }
  }

  /** The oldest that is not under way and whose bucket is not at rest. */
  async #next(): Promise<{ sequence: number; upload: StoredUpload } | undefined> {
    for (let after = 0; ;) {
      const items = await this.#queue.read(after, pageSize);
      for (const { sequence, value } of items) {
        if (this.#busy.has(sequence)) continue;
        const upload = value && decode(value);
        if (!upload) {
          this.#queue.dropDamaged(sequence);
          continue;
        }
        const reason = this.#rests.reason(upload);
        if (!reason) return { sequence, upload };
        await this.#tell(sequence, upload, reason);
      }
      if (items.length < pageSize) return undefined;
      after = items.at(-1)?.sequence ?? after;
    }
  }

  async #upload(sequence: number, upload: StoredUpload, signal: AbortSignal): Promise<void> {
    const body = await this.#bodies.read(upload.body).catch((error: unknown) => {
      this.#sayDiskFault(storeReason(error));
      return undefined;
    });
    if (this.#queue.hasEvicted(sequence)) return;
    if (!body) {
      const what = `the body of s3://${upload.bucket}/${upload.key}`;
      const error = new EdgeError('SPOOL_ITEM_DAMAGED', { sequence, what });
      this.#options.logger.error({ code: error.code }, describeError(error));
      this.#queue.dropDamaged(sequence);
      await this.#bodies.remove(upload.body.file);
      return;
    }
    const outcome = await this.#options.put({ ...upload, body }, signal);
    if (signal.aborted && outcome.status !== 'uploaded') return;
    if (outcome.status === 'uploaded') {
      this.#rests.end(upload);
      this.#told.delete(sequence);
      await this.#tell(sequence, upload, outcome);
      this.#counters.sent++;
      await this.#forget(sequence, upload);
    } else {
      this.#rest(upload, outcome);
      await this.#tell(sequence, upload, outcome);
    }
  }

  #rest(upload: StoredUpload, outcome: Exclude<UploadOutcome, { status: 'uploaded' }>): void {
    const level = this.#rests.begin(upload, outcome) ? 'warn' : 'debug';
    this.#options.logger[level](
      { code: outcome.error, waiting: this.#queue.waiting },
      `An upload is ${outcome.status} and waits in the spool. ${outcome.reason}`,
    );
  }

  /** Once for each item that it is late, once that it is refused, and again when it is there. */
  async #tell(sequence: number, upload: StoredUpload, outcome: UploadOutcome): Promise<void> {
    const listener = this.#listeners.get(upload.owner);
    const told = this.#told.get(sequence);
    if (!listener || told === 'refused' || told === outcome.status) return;
    if (outcome.status !== 'uploaded') this.#told.set(sequence, outcome.status);
    try {
      const answer = await listener(upload, outcome);
      if (outcome.status !== 'refused' || answer !== 'drop') return;
      this.#counters.refused++;
      await this.#forget(sequence, upload);
    } catch (error) {
      this.#options.logger.error(
        { owner: upload.owner },
        `The owner of an upload failed to take note of it: ${storeReason(error)}`,
      );
    }
  }

  async #forget(sequence: number, upload: StoredUpload): Promise<void> {
    this.#told.delete(sequence);
    this.#queue.remove(sequence);
    await this.#bodies
      .remove(upload.body.file)
      .catch((error: unknown) => this.#sayDiskFault(storeReason(error)));
  }

  /** Only where the store could be read: without it every body would look forgotten. */
  async #removeOrphans(): Promise<void> {
    if (this.#queue.diskFault !== undefined) return;
    const known = new Set<string>();
    for (let after = 0; ;) {
      const items = await this.#queue.read(after, pageSize);
      for (const { value } of items) if (value) known.add(decode(value).body.file);
      if (items.length < pageSize) break;
      after = items.at(-1)?.sequence ?? after;
    }
    try {
      const removed = await this.#bodies.removeOthers(known);
      if (removed === 0) return;
      this.#counters.damaged += removed;
      this.#options.logger.warn({ removed }, 'Bodies of uploads that nothing names are removed.');
    } catch (error) {
      this.#sayDiskFault(storeReason(error));
    }
  }

  #sayDiskFault(reason: string): void {
    if (this.#diskFault !== reason) {
      const error = new EdgeError('SPOOL_DISK', { folder: this.#options.folder, reason });
      this.#options.logger.error({ code: error.code }, describeError(error));
    }
    this.#diskFault = reason;
  }
}

const decode = (value: Buffer): StoredUpload => JSON.parse(value.toString('utf8')) as StoredUpload;
