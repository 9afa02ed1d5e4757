import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../logger.js';
import { unlessMissing } from '../../missing.js';
import { syncFolder } from '../disk.js';

const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Counts up: the highest of a source is the newest, whatever the clock says. */
  sequence: z.number().int(),
  /** Hash of the source's configuration. */
  source: z.string(),
  /** Hash of what the configuration adds to a model without a manifest; '' where it adds nothing. */
  addition: z.string(),
  /** Digest of the package in the cache. */
  digest: z.string(),
  origin: z.strictObject({
    type: z.enum(['package', 'file', 's3', 'sagemakerTrainingJob', 'neoCompilationJob']),
    uri: z.string(),
    revision: z.string(),
  }),
  /** What speaks for the archive that the package came in. */
  archive: z.strictObject({ sha256: z.string(), signature: z.string().optional() }).optional(),
});

/** Which package a source gave, and what spoke for it. */
export type ModelRecord = z.output<typeof recordSchema>;

/** The memory of the cache: one small file for each source and package, so that a power cut costs one at most. */
export class ModelRecords {
  readonly #folder: string;
  readonly #logger: Logger;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** All of them, the newest first. Those of another version, or damaged, do not count: their models are fetched again. */
  async all(): Promise<ModelRecord[]> {
    const names = await readdir(this.#folder).catch(unlessMissing([]));
    const records: ModelRecord[] = [];
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const file = path.join(this.#folder, name);
      try {
        records.push(recordSchema.parse(JSON.parse(await readFile(file, 'utf8'))));
      } catch (error) {
        this.#logger.warn(
          { path: file, reason: (error as Error).message },
          'a record of the model cache cannot be used',
        );
      }
    }
    return records.sort((a, b) => b.sequence - a.sequence);
  }

  async add(record: Omit<ModelRecord, 'version' | 'sequence'>): Promise<void> {
    const sequence = ((await this.all())[0]?.sequence ?? 0) + 1;
    await mkdir(this.#folder, { recursive: true });
    const file = this.#fileOf(record);
    const temporary = `${file}.${process.pid}.tmp`;
    const handle = await open(temporary, 'w', 0o644);
    try {
      await handle.writeFile(JSON.stringify({ version: 1, sequence, ...record } satisfies ModelRecord));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(this.#folder);
  }

  /** Forgets all that is known of a package. */
  async remove(digest: string): Promise<void> {
    for (const record of await this.all()) {
      if (record.digest === digest) await rm(this.#fileOf(record), { force: true });
    }
  }

  #fileOf({ source, digest }: Pick<ModelRecord, 'source' | 'digest'>): string {
    return path.join(this.#folder, `${source.slice(0, 16)}-${digest.slice(0, 16)}.json`);
  }
}
