import { performance } from 'node:perf_hooks';
import { Backoff } from '../backoff.js';
import type { SpoolConfig } from '../config/spool.js';
import { describeError, EdgeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { pause } from '../pause.js';
import type { LaneStatus, ResultItem, Stored } from './items.js';
import { megabyte, Queue } from './queue.js';
import { Rate } from './rate.js';
import type { StoredItem } from './store.js';
import { Wake } from './wake.js';

export interface ResultsOptions {
  readonly folder: string;
  readonly config: SpoolConfig['results'];
  /** Hands a message to the nucleus. @throws EdgeError of the IPC client */
  readonly send: (item: ResultItem) => Promise<void>;
  readonly logger: Logger;
  /** The monotonic clock by which denials are judged. @default performance.now */
  readonly nowMs?: () => number;
}

/** A topic that is denied may only just have been allowed: a deployment brings both, one after the other. */
const denialGraceMs = 30_000;
/** Messages for a denied topic are dropped so long before the nucleus is asked again. */
const denialMs = 300_000;
const idleMs = 5000;
const readAtOnce = 32;
/** A message may finish while the lane closes; otherwise it is sent again after the next start. */
const closingMs = 2000;

/** Messages for IoT Core, one after the other in the order in which they came, until the nucleus has taken each. */
export class ResultsLane {
  readonly #options: ResultsOptions;
  readonly #queue: Queue;
  readonly #nowMs: () => number;
  readonly #rate: Rate;
  readonly #wake = new Wake();
  readonly #backoff = new Backoff({ initialMs: 500, maxMs: 15_000 });
  readonly #ending = new AbortController();
  /** Topic → when it was denied first, and whether that was believed. */
  readonly #denied = new Map<string, { sinceMs: number; untilMs: number }>();
  #running: Promise<void> = Promise.resolve();
  #sent = 0;
  #refused = 0;
  #sendFault: string | undefined;

  constructor(options: ResultsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    const { folder, config, logger } = options;
    this.#queue = new Queue({ folder, maxBytes: config.maxMegabytes * megabyte, logger });
    this.#queue.onItems = () => this.#wake.notice();
    this.#rate = new Rate(config.publishesPerSecond, config.kibibytesPerSecond * 1024);
  }

  get status(): LaneStatus {
    const { counters, waiting, diskBytes, diskFault } = this.#queue;
    return {
      waiting,
      diskBytes,
      sent: this.#sent,
      ...counters,
      refused: this.#refused,
      diskFault,
      sendFault: this.#sendFault,
    };
  }

  configure(config: SpoolConfig['results']): void {
    this.#queue.maxBytes = config.maxMegabytes * megabyte;
    this.#rate.set(config.publishesPerSecond, config.kibibytesPerSecond * 1024);
  }

  async start(): Promise<void> {
    await this.#queue.open();
    this.#running = this.#run(this.#ending.signal);
  }

  push(item: ResultItem): Promise<Stored> {
    return this.#queue.push(encode(item));
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.race([this.#running, pause(closingMs, new AbortController().signal)]);
    await this.#queue.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const items = await this.#queue.read(0, readAtOnce);
      if (items.length === 0) await this.#wake.wait(idleMs, signal);
      for (const item of items) {
        if (this.#queue.hasEvicted(item.sequence)) continue;
        if (!(await this.#deliver(item, signal))) break;
      }
    }
  }

  /** @returns whether it is done with */
  async #deliver({ sequence, value }: StoredItem, signal: AbortSignal): Promise<boolean> {
    const item = value && decode(value);
    if (!item) {
      const error = new EdgeError('SPOOL_ITEM_DAMAGED', { sequence, what: 'a message for IoT Core' });
      this.#options.logger.error({ code: error.code }, describeError(error));
      this.#queue.dropDamaged(sequence);
      return true;
    }
    if (this.#isDenied(item.topic)) return this.#refuse(sequence);
    await this.#rate.take(value.byteLength, signal);
    if (signal.aborted) return false;
    try {
      await this.#options.send(item);
    } catch (error) {
      if (this.#isRefusal(error, item.topic)) return this.#refuse(sequence);
      await this.#retryLater(error, signal);
      return false;
    }
    this.#sent++;
    this.#denied.delete(item.topic);
    this.#sendFault = undefined;
    this.#backoff.reset();
    this.#queue.remove(sequence);
    return true;
  }

  #refuse(sequence: number): true {
    this.#refused++;
    this.#queue.remove(sequence);
    return true;
  }

  #isDenied(topic: string): boolean {
    return this.#nowMs() < (this.#denied.get(topic)?.untilMs ?? -Infinity);
  }

  /** Whether no repetition will help; the rest must not wait for it. */
  #isRefusal(error: unknown, topic: string): boolean {
    if (!isEdgeError(error)) return false;
    if (error.code === 'MESSAGE_TOO_LARGE' || error.code === 'TOPIC_INVALID') {
      this.#options.logger.error({ code: error.code }, describeError(error));
      return true;
    }
    if (error.code !== 'IPC_UNAUTHORIZED') return false;
    const now = this.#nowMs();
    const { sinceMs } = this.#denied.get(topic) ?? { sinceMs: now };
    const believed = now - sinceMs >= denialGraceMs;
    this.#denied.set(topic, { sinceMs, untilMs: believed ? now + denialMs : -Infinity });
    if (believed) {
      this.#options.logger.error(
        { code: error.code },
        `${describeError(error)} Messages for it are dropped and counted meanwhile.`,
      );
    }
    return believed;
  }

  async #retryLater(error: unknown, signal: AbortSignal): Promise<void> {
    const reason = describeError(error);
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    // Once for each kind of failure in a row: offline for a day must not fill the disk.
    const level = this.#sendFault === code ? 'debug' : 'warn';
    this.#options.logger[level](
      { code, waiting: this.#queue.waiting },
      `A message for IoT Core waits in the spool. ${reason}`,
    );
    this.#sendFault = code;
    await pause(this.#backoff.nextMs(), signal);
  }
}

/** Topic and quality as JSON, a line feed, the payload. */
function encode({ topic, qos, payload }: ResultItem): Buffer {
  return Buffer.from(`${JSON.stringify({ topic, qos })}\n${payload}`);
}

function decode(value: Buffer): ResultItem | undefined {
  const end = value.indexOf('\n');
  if (end < 0) return undefined;
  const { topic, qos } = JSON.parse(value.toString('utf8', 0, end)) as Omit<ResultItem, 'payload'>;
  return { topic, qos, payload: value.toString('utf8', end + 1) };
}
