import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { Stored, UploadListener } from '../spool/index.js';
import { SampleTally } from './counts.js';
import type { UploadSpool } from './feedback.js';
import { ManifestFile, type ManifestTarget } from './manifest-file.js';

/** As the spool knows the uploads of this part. */
export const manifestOwner = 'manifest';
const checkIntervalMs = 10_000;
const contextSchema = z.object({ pipeline: z.string() });

/**
 * The manifests that wait to be complete, one for each place that samples go to. A line is on the disk before its sample is forgotten;
 * a complete manifest goes to S3 through the spool.
 */
export class Manifests {
  readonly tally = new SampleTally();
  readonly #folder: string;
  readonly #spool: UploadSpool;
  readonly #logger: Logger;
  readonly #open = new Map<string, ManifestFile>();
  /** In the spool, and not safe there: by their keys, until they are in S3. */
  readonly #unsafe = new Map<string, ManifestFile>();
  #timer: NodeJS.Timeout | undefined;
  /** One after the other: they share files. */
  #working: Promise<void> = Promise.resolve();

  constructor(folder: string, spool: UploadSpool, logger: Logger) {
    this.#folder = folder;
    this.#spool = spool;
    this.#logger = logger;
  }

  /** Goes on with those of an earlier life. */
  start(): void {
    this.#working = this.#takeUp();
  }

  /** Never rejects. @param line without its line feed @returns whether the line is on the disk */
  async add(target: ManifestTarget, line: string): Promise<boolean> {
    let listed = false;
    await this.#do(async () => {
      const name = nameOf(target);
      const file = this.#open.get(name) ?? (await ManifestFile.create(this.#folder, target));
      this.#keep(name, file);
      await file.add(line);
      listed = true;
      if (file.isDue) await this.#send(name, file);
    });
    return listed;
  }

  /** Those that are not complete stay on the disk, for the next life. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  readonly onUpload: UploadListener = async ({ key, context }, outcome) => {
    if (outcome.status === 'uploaded') {
      const file = this.#unsafe.get(key);
      this.#unsafe.delete(key);
      await file?.remove();
    }
    // Those of another version of the component do not say whose they are.
    const { data } = contextSchema.safeParse(context);
    if (outcome.status === 'refused' && data) this.tally.add(data.pipeline, 'manifestsRefused');
    return 'keep';
  };

  #keep(name: string, file: ManifestFile): void {
    this.#open.set(name, file);
    this.#timer ??= setInterval(() => void this.#do(() => this.#sendDue()), checkIntervalMs).unref();
  }

  async #takeUp(): Promise<void> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#say(error);
      return [];
    });
    // One that cannot be read holds up no other.
    for (const name of names.sort())
      await this.#takeUpOne(path.join(this.#folder, name)).catch((error: unknown) => this.#say(error));
    await this.#sendDue().catch((error: unknown) => this.#say(error));
  }

  async #takeUpOne(place: string): Promise<void> {
    const file = await ManifestFile.open(place);
    if (!file) return;
    const name = nameOf(file.target);
    // A place has one at a time; should there be two, one of them is complete.
    const before = this.#open.get(name);
    if (before) await this.#send(name, before);
    this.#keep(name, file);
  }

  async #sendDue(): Promise<void> {
    for (const [name, file] of [...this.#open]) if (file.isDue) await this.#send(name, file);
  }

  async #send(name: string, file: ManifestFile): Promise<void> {
    const { bucket, region, pipeline } = file.target;
    const body = Buffer.from(await file.read());
    let stored: Stored = 'disk';
    if (body.byteLength > 0) {
      this.#unsafe.set(file.key, file);
      stored = await this.#spool.push('uploads', {
        owner: manifestOwner,
        bucket,
        key: file.key,
        contentType: 'application/jsonlines',
        ...(region !== undefined && { region }),
        body,
        context: { pipeline },
      });
    }
    // It stays in use, and is tried again.
    if (stored === 'lost') {
      this.#unsafe.delete(file.key);
      throw new EdgeError('SAMPLE_NOT_KEPT', { pipeline });
    }
    if (this.#open.get(name) === file) this.#open.delete(name);
    // What is only in memory stays here for the next life, unless it arrives: a second one of the same key takes its place.
    if (stored === 'memory') return;
    this.#unsafe.delete(file.key);
    await file.remove();
  }

  #do(work: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(work).catch((error: unknown) => this.#say(error));
    return this.#working;
  }

  #say(error: unknown): void {
    this.#logger.warn(`A manifest of samples could not be written. ${describeError(error)}`);
  }
}

const nameOf = (target: ManifestTarget): string => JSON.stringify(target);
