import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { modelSchema, type ModelConfig } from '../../src/config/model.js';
import { ModelRepository, type RepositoryOptions } from '../../src/models/index.js';

/** A folder, a log that can be read, and repositories on one cache, as before and after restarts. */
export class RepositoryDesk {
  readonly folder: string;
  readonly cache: string;
  readonly log: Record<string, unknown>[] = [];
  readonly logger: Logger;
  readonly #open: ModelRepository[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.cache = path.join(folder, 'cache');
    const stream = new Writable({
      write: (line: Buffer, _encoding, done) => {
        this.log.push(JSON.parse(line.toString()) as Record<string, unknown>);
        done();
      },
    });
    this.logger = pino({ level: 'debug' }, stream);
  }

  static async open(): Promise<RepositoryDesk> {
    return new RepositoryDesk(await mkdtemp(path.join(tmpdir(), 'mli-models-')));
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** A repository as a process has it; with pauses that suit a test. */
  repository(options: Partial<RepositoryOptions> = {}): ModelRepository {
    const repository = new ModelRepository({
      folder: this.cache,
      logger: this.logger,
      trust: { publicKeys: [] },
      ...options,
      transfer: { firstDelayMs: 1, maxDelayMs: 20, windowMs: 5_000, quickMs: 2_000, ...options.transfer },
    });
    this.#open.push(repository);
    return repository;
  }

  async close(): Promise<void> {
    for (const repository of this.#open) repository.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** As the configuration would be after its check. */
export const model = (source: object, more: object = {}): ModelConfig =>
  modelSchema.parse({ source, ...more });
