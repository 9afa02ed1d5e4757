import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../config/model.js';
import { EdgeError, describeError, isEdgeError, type ErrorCode } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { unpack } from './archive/index.js';
import { S3Reader } from './aws/s3.js';
import { ModelCache, type ModelRecord } from './cache/index.js';
import type { ModelOrigin } from './origin.js';
import { createOrigin, type Content, type Located, type Origin } from './origins/index.js';
import { digestOf, manifestFile, planPackage, readSignature, type PackagePlan } from './plan.js';
import { Refusals } from './refusals.js';
import { requestFor, type ModelRequest } from './request.js';
import { shippedDigests } from './shipped.js';
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
  readonly #trust: Trust;
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
    this.#trust = new Trust(options.trust.publicKeys);
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
        return await this.#bring(located, request, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!known || !isEdgeError(error) || !originFaults.has(error.code)) throw error;
        const stale = describeError(error);
        this.#logger.warn({ model: name, digest: known.digest, code: error.code }, `The model in the cache is used, the newest is not known. ${stale}`);
        return { ...(await this.#use(known, request)), stale };
      }
    });
  }

  /**
   * What the source gave earlier, from the cache alone: the newest, or the one with this digest. Undefined where it is not there.
   * For a start that cannot wait for the network, or after which the newest is known not to work.
   */
  async cached(name: string, config: ModelConfig, digest?: string): Promise<ResolvedModel | undefined> {
    const request = requestFor(name, config);
    const known = await this.#known(request, digest);
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
    const download = `${source.slice(0, 32)}.part`;
    return createOrigin(config.source, {
      name,
      workRoot: this.#options.workRoot,
      architecture: process.arch,
      logger: this.#logger.child({ model: name }),
      s3: this.#s3,
      policy: { ...transferPolicy, ...this.#options.transfer },
      wantSignature: this.#trust.hasKeys && config.source.sha256 === undefined,
      downloadPath: path.join(this.#cache.downloads, download),
      reserve: async (bytes) => {
        await this.#cache.open();
        this.#downloads.add(download).add(`${download}.json`);
        await this.#cache.makeRoom(bytes, this.#kept());
      },
    });
  }

  /** The newest package in the cache that this source gave and that may still be used; or any archive with the pinned digest. */
  async #known({ config, source, addition }: ModelRequest, digest?: string): Promise<ModelRecord | undefined> {
    const pin = config.source.sha256;
    for (const record of await this.#cache.records.all()) {
      const samePin = pin !== undefined && record.archive?.sha256 === pin && record.addition === addition;
      if (record.source !== source && !samePin) continue;
      if (digest !== undefined && record.digest !== digest) continue;
      if ((await this.#cache.packages.has(record.digest)) && (await this.#stillTrusted(record, config))) return record;
    }
    return undefined;
  }

  async #stillTrusted(record: ModelRecord, config: ModelConfig): Promise<boolean> {
    try {
      const signature = await readSignature(path.join(this.#cache.packages.pathOf(record.digest), manifestFile + signatureSuffix));
      this.#judge(config, record.origin.uri, record.archive, { digest: record.digest, signature });
      return true;
    } catch (error) {
      if (!isEdgeError(error)) throw error;
      this.#logger.warn({ digest: record.digest, code: error.code }, `A model in the cache is no longer trusted. ${error.message}`);
      return false;
    }
  }

  /**
   * Decides whether the model may be used: by its archive, else by the package that was in it.
   * @param manifest undefined while the archive is closed: then only its lack of any hope is an error
   * @throws EdgeError MODEL_UNPINNED, MODEL_DIGEST_MISMATCH, MODEL_SIGNATURE_INVALID
   */
  #judge(
    { source, allowUnpinned }: ModelConfig,
    uri: string,
    archive: { readonly sha256: string; readonly signature?: string | undefined } | undefined,
    manifest: { readonly digest: string; readonly signature: string | undefined } | undefined,
  ): void {
    const versionPinned = source.type === 's3' && source.versionId !== undefined;
    const common = { path: uri, allowUnpinned };
    if (archive) {
      const evidence = { ...common, digest: archive.sha256, pin: source.sha256, versionPinned, signature: archive.signature };
      if (this.#trust.accepts(evidence)) return;
      if (!manifest && this.#trust.hasKeys) return;
    }
    if (manifest) {
      const pin = archive ? undefined : source.sha256;
      const shipped = !archive && shippedDigests().has(manifest.digest);
      if (this.#trust.accepts({ ...common, pin, shipped, ...manifest })) return;
    }
    throw new EdgeError('MODEL_UNPINNED', { path: uri, digest: archive?.sha256 ?? manifest?.digest ?? '' });
  }

  async #bring(located: Located, request: ModelRequest, signal: AbortSignal | undefined): Promise<ResolvedModel> {
    const { source } = request;
    this.#refusals.check(source, located.origin.revision);
    const download = `${source.slice(0, 32)}.part`;
    try {
      const content = await located.fetch(signal);
      if (content.kind === 'folder') return await this.#takeFolder(content, located.origin, request);
      return await this.#takeArchive(content, located.origin, request, signal);
    } finally {
      this.#downloads.delete(download);
      this.#downloads.delete(`${download}.json`);
    }
  }

  async #takeFolder(content: Extract<Content, { kind: 'folder' }>, origin: ModelOrigin, request: ModelRequest): Promise<ResolvedModel> {
    const { folder, announced } = content;
    const plan = await planPackage(folder, { name: request.name, manifest: request.config.manifest });
    const digest = digestOf(plan);
    if (announced !== undefined && announced !== digest && plan.root !== undefined) {
      throw new EdgeError('MODEL_DIGEST_MISMATCH', { path: path.join(plan.root, manifestFile), expected: announced, actual: digest });
    }
    this.#judge(request.config, folder, undefined, { digest, signature: plan.signature });
    if (content.inPlace && plan.root !== undefined) return this.#inPlace(plan.root, digest, origin, request);
    try {
      await this.#cache.open();
      await this.#cache.makeRoom(await bytesOf(plan), this.#kept());
      return await this.#install(plan, 'copy', origin, undefined, request);
    } catch (error) {
      // Better the model where it is than none: its own process proves it anyway.
      const noRoom = isEdgeError(error) && ['MODEL_DISK_FULL', 'MODEL_CACHE_UNWRITABLE'].includes(error.code);
      if (!noRoom || plan.root === undefined) throw error;
      this.#logger.warn({ model: request.name, folder }, `The model is used where it is, without a copy. ${describeError(error)}`);
      return this.#inPlace(plan.root, digest, origin, request);
    }
  }

  async #takeArchive(
    content: Extract<Content, { kind: 'archive' }>,
    origin: ModelOrigin,
    request: ModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<ResolvedModel> {
    const { file, sha256, signature } = content;
    const archive = { sha256, ...(signature !== undefined && { signature }) };
    try {
      this.#judge(request.config, origin.uri, archive, undefined);
      await this.#cache.open();
      await this.#cache.makeRoom((await stat(file)).size, this.#kept());
      const folder = this.#cache.work.newPath();
      try {
        await unpack(file, folder, { signal });
        const plan = await planPackage(folder, { name: request.name, manifest: request.config.manifest });
        this.#judge(request.config, origin.uri, archive, { digest: digestOf(plan), signature: plan.signature });
        const model = await this.#install(plan, 'move', origin, archive, request);
        await content.release();
        return model;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } catch (error) {
      // It will not get better; where only a signature or some space is missing, it need not be fetched again.
      if (this.#refusals.note(request.source, origin.revision, error)) await content.release();
      throw error;
    }
  }

  async #install(
    plan: PackagePlan,
    how: 'copy' | 'move',
    origin: ModelOrigin,
    archive: ModelRecord['archive'],
    request: ModelRequest,
  ): Promise<ResolvedModel> {
    const { source, addition } = request;
    const digest = await this.#cache.packages.install(plan, how);
    const record = { source, addition, digest, origin, ...(archive && { archive }) };
    await this.#cache.records.add(record);
    this.#logger.info({ model: request.name, digest, origin: origin.uri }, 'model in the cache');
    const model = await this.#use(record, request);
    await this.#cache.makeRoom(0, this.#kept());
    return model;
  }

  async #use({ digest, origin }: Pick<ModelRecord, 'digest' | 'origin'>, request: ModelRequest): Promise<ResolvedModel> {
    await this.#cache.touch(digest);
    return this.#inPlace(this.#cache.packages.pathOf(digest), digest, origin, request);
  }

  #inPlace(folder: string, digest: string, origin: ModelOrigin, { name, config }: ModelRequest): ResolvedModel {
    const recent = this.#recent.get(name) ?? [];
    if (recent.at(-1) !== digest) this.#recent.set(name, [...recent, digest].slice(-2));
    return { folder, sha256: digest, allowUnpinned: false, target: config.target, origin };
  }

  #kept(): ReadonlySet<string> {
    return new Set([...(this.#options.inUse?.() ?? []), ...[...this.#recent.values()].flat(), ...this.#downloads]);
  }
}

async function bytesOf(plan: PackagePlan): Promise<number> {
  let bytes = plan.manifest.length;
  for (const content of plan.files.values()) {
    bytes += 'bytes' in content ? content.bytes.length : await sizeOfFile(content.from);
  }
  return bytes;
}

const sizeOfFile = async (file: string): Promise<number> =>
  (
    await stat(file).catch((cause: unknown) => {
      throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
    })
  ).size;
