import path from 'node:path';
import type { ModelConfig } from '../config/model.js';
import { describeError, isEdgeError, type ErrorCode } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { S3Reader } from './aws/s3.js';
import { ModelCache, type ModelRecord } from './cache/index.js';
import { toDiskError } from './disk.js';
import { ModelIntake, type Taken } from './intake.js';
import { ModelJudge } from './judge.js';
import type { ModelOrigin } from './origin.js';
import { createOrigin, type Located, type Origin } from './origins/index.js';
import { manifestFile, readSignature } from './plan.js';
import { Refusals } from './refusals.js';
import { requestFor, type ModelRequest } from './request.js';
import { signatureSuffix } from './signature.js';
import type { ModelSupply, ResolvedModel } from './supply.js';
import { transferPolicy, type TransferPolicy } from './transfer/policy.js';
import { Trust } from './trust.js';
import { Turns } from './turns.js';

export interface RepositoryOptions {
  /** Root of the cache, for one process at a time; it is made when it is needed. */
  readonly folder: string;
  /** The folder of the components' work folders, in which other components register their models. */
  readonly workRoot?: string | undefined;
  readonly logger: Logger;
  readonly trust: { readonly publicKeys: readonly string[] };
  /** The cache stays below this, apart from what is in use. @default 1024 */
  readonly maxMegabytes?: number | undefined;
  /** Digests of the packages that run now: these are never removed. */
  readonly inUse?: (() => Iterable<string>) | undefined;
  /** @default transferPolicy */
  readonly transfer?: Partial<TransferPolicy> | undefined;
}

/** The origin cannot be asked, or does not have it any more: the last that it gave still counts. */
const originFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MODEL_ORIGIN_UNREACHABLE',
  'MODEL_ORIGIN_FORBIDDEN',
  'MODEL_ORIGIN_MISSING',
  'MODEL_ORIGIN_REGION',
  'MODEL_ORIGIN_REFUSED',
  'MODEL_CREDENTIALS_MISSING',
  'MODEL_JOB_UNFINISHED',
  'MODEL_JOB_FAILED',
  'MODEL_NOT_FOUND',
  'MODEL_NOT_IN_STORE',
]);

/** The models of a device: brings them here, proves them, and keeps its own copy. */
export class ModelRepository implements ModelSupply {
  readonly #options: RepositoryOptions;
  readonly #logger: Logger;
  readonly #cache: ModelCache;
  readonly #judge: ModelJudge;
  readonly #intake: ModelIntake;
  readonly #s3: S3Reader;
  readonly #turns = new Turns();
  readonly #refusals = new Refusals();
  /** The last two packages of each model: while the newer one is being tried, the older one works. */
  readonly #recent = new Map<string, string[]>();
  /** Downloads under way. */
  readonly #downloads = new Set<string>();

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#cache = new ModelCache(options.folder, (options.maxMegabytes ?? 1024) * 1e6, options.logger);
    this.#judge = new ModelJudge(new Trust(options.trust.publicKeys));
    this.#intake = new ModelIntake(this.#cache, this.#judge, options.logger, () => this.#kept());
    this.#s3 = new S3Reader(options.logger);
  }

  /**
   * Brings the model to this device, proves it and keeps a copy of it. A pinned model that is there needs no network; of any other
   * the last one counts while its origin cannot be asked.
   * @param name of the model in the configuration
   * @throws EdgeError MODEL_*; the reason of the signal where that ended it
   */
  async resolve(name: string, config: ModelConfig, signal?: AbortSignal): Promise<ResolvedModel> {
    const request = requestFor(name, config);
    return this.#turns.take(request.source, signal, async () => {
      const origin = this.#originOf(request);
      const known = await this.#known(request);
      if (known && origin.fixed) return this.#use(known, request);
      try {
        const located = await origin.locate(known !== undefined, signal);
        if (known?.origin.revision === located.origin.revision) return await this.#use(known, request);
        return await this.#use(await this.#bring(located, request, signal), request);
      } catch (error) {
        signal?.throwIfAborted();
        if (!known || !isEdgeError(error) || !originFaults.has(error.code))
          throw toDiskError(error, this.#options.folder);
        const stale = describeError(error);
        const about = { model: name, digest: known.digest, code: error.code };
        this.#logger.warn(about, `The model in the cache is used, the newest is not known. ${stale}`);
        return { ...(await this.#use(known, request)), stale };
      }
    });
  }

  /**
   * What the source gave earlier, from the cache alone: the newest that suits. Undefined where there is none.
   * @param suits by the digest of the package; default: any
   */
  async cached(
    name: string,
    config: ModelConfig,
    suits?: (digest: string) => boolean,
  ): Promise<ResolvedModel | undefined> {
    const request = requestFor(name, config);
    const known = await this.#known(request, suits);
    return known && this.#use(known, request);
  }

  /**
   * Whether the origin has another revision than that one: one small request, none for a pinned model.
   * @throws EdgeError MODEL_* where it cannot be asked
   */
  async probe(name: string, config: ModelConfig, since: ModelOrigin, signal?: AbortSignal): Promise<boolean> {
    const origin = this.#originOf(requestFor(name, config));
    return !origin.fixed && (await origin.locate(true, signal)).origin.revision !== since.revision;
  }

  /** Ends the connections that are kept open. */
  close(): void {
    this.#s3.close();
  }

  #originOf({ name, config, source }: ModelRequest): Origin {
    const download = downloadName(source);
    return createOrigin(config.source, {
      name,
      workRoot: this.#options.workRoot,
      architecture: process.arch,
      logger: this.#logger.child({ model: name }),
      s3: this.#s3,
      policy: { ...transferPolicy, ...this.#options.transfer },
      wantSignature: this.#judge.wantsSignature(config),
      downloadPath: path.join(this.#cache.downloads, download),
      reserve: async (bytes) => {
        await this.#cache.open();
        this.#downloads.add(download);
        await this.#cache.makeRoom(bytes, this.#kept());
      },
    });
  }

  /** The newest package in the cache that this source gave and that may still be used; or any archive with the pinned digest. */
  async #known(
    { config, source, addition }: ModelRequest,
    suits?: (digest: string) => boolean,
  ): Promise<ModelRecord | undefined> {
    const pin = config.source.sha256;
    for (const record of await this.#cache.records.all()) {
      const samePin = pin !== undefined && record.archive?.sha256 === pin && record.addition === addition;
      if (record.source !== source && !samePin) continue;
      if (suits && !suits(record.digest)) continue;
      if ((await this.#cache.packages.has(record.digest)) && (await this.#stillTrusted(record, config)))
        return record;
    }
    return undefined;
  }

  async #stillTrusted({ digest, origin, archive }: ModelRecord, config: ModelConfig): Promise<boolean> {
    try {
      const signature = await readSignature(
        path.join(this.#cache.packages.pathOf(digest), manifestFile + signatureSuffix),
      );
      this.#judge.admit(config, origin.uri, archive, { digest, signature });
      return true;
    } catch (error) {
      if (!isEdgeError(error)) throw error;
      this.#logger.warn(
        { digest, code: error.code },
        `A model in the cache is no longer trusted. ${error.message}`,
      );
      return false;
    }
  }

  async #bring(
    { origin, fetch }: Located,
    request: ModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Taken> {
    const { source } = request;
    this.#refusals.check(source, origin.revision);
    try {
      const content = await fetch(signal);
      const release = content.kind === 'archive' ? content.release : undefined;
      try {
        const taken = await this.#intake.take(content, origin, request, signal);
        await release?.();
        return taken;
      } catch (error) {
        // Its bytes will not get better; where only a signature or some space is missing, it need not be fetched again.
        if (release && this.#refusals.note(source, origin.revision, error)) await release();
        throw error;
      }
    } finally {
      this.#downloads.delete(downloadName(source));
    }
  }

  async #use({ digest, origin, outside }: Taken, { name, config }: ModelRequest): Promise<ResolvedModel> {
    if (outside === undefined) await this.#cache.touch(digest);
    const recent = this.#recent.get(name) ?? [];
    if (recent.at(-1) !== digest) this.#recent.set(name, [...recent, digest].slice(-2));
    const folder = outside ?? this.#cache.packages.pathOf(digest);
    const { runtime, target } = config;
    return { folder, sha256: digest, allowUnpinned: false, runtime, target, origin };
  }

  #kept(): ReadonlySet<string> {
    const downloads = [...this.#downloads].flatMap((name) => [name, `${name}.json`]);
    return new Set([...(this.#options.inUse?.() ?? []), ...[...this.#recent.values()].flat(), ...downloads]);
  }
}

const downloadName = (source: string): string => `${source.slice(0, 32)}.part`;
