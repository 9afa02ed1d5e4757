import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError, describeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { unpack } from './archive/index.js';
import type { ModelCache, ModelRecord } from './cache/index.js';
import type { ModelJudge } from './judge.js';
import type { ModelOrigin } from './origin.js';
import type { Content } from './origins/index.js';
import { digestOf, manifestFile, planPackage, type PackagePlan } from './plan.js';
import type { ModelRequest } from './request.js';

/** A package that was taken in. */
export interface Taken {
  readonly digest: string;
  readonly origin: ModelOrigin;
  /** Where it is when it is not in the cache. */
  readonly outside?: string;
}

/** Takes what a source gave into the cache: judged before it is opened, opened aside, proved, and then there as a whole. */
export class ModelIntake {
  readonly #cache: ModelCache;
  readonly #judge: ModelJudge;
  readonly #logger: Logger;
  readonly #kept: () => ReadonlySet<string>;

  /** @param kept what must not be removed to make room */
  constructor(cache: ModelCache, judge: ModelJudge, logger: Logger, kept: () => ReadonlySet<string>) {
    this.#cache = cache;
    this.#judge = judge;
    this.#logger = logger;
    this.#kept = kept;
  }

  /** @throws EdgeError MODEL_*; the reason of the signal */
  take(content: Content, origin: ModelOrigin, request: ModelRequest, signal?: AbortSignal): Promise<Taken> {
    return content.kind === 'folder'
      ? this.#takeFolder(content, origin, request)
      : this.#takeArchive(content, origin, request, signal);
  }

  async #takeFolder(
    { folder, announced, inPlace }: Extract<Content, { kind: 'folder' }>,
    origin: ModelOrigin,
    request: ModelRequest,
  ): Promise<Taken> {
    const plan = await planPackage(folder, { name: request.name, manifest: request.config.manifest });
    const { root, signature } = plan;
    const digest = digestOf(plan);
    if (announced !== undefined && announced !== digest && root !== undefined) {
      throw new EdgeError('MODEL_DIGEST_MISMATCH', {
        path: path.join(root, manifestFile),
        expected: announced,
        actual: digest,
      });
    }
    this.#judge.admit(request.config, folder, undefined, { digest, signature });
    if (inPlace && root !== undefined) return { digest, origin, outside: root };
    try {
      await this.#cache.open();
      await this.#cache.makeRoom(await bytesOf(plan), this.#kept());
      return await this.#install(plan, 'copy', origin, undefined, request);
    } catch (error) {
      // Better the model where it is than none: its own process proves it anyway.
      const noRoom = isEdgeError(error) && ['MODEL_DISK_FULL', 'MODEL_CACHE_UNWRITABLE'].includes(error.code);
      if (!noRoom || root === undefined) throw error;
      this.#logger.warn(
        { model: request.name, folder },
        `The model is used where it is, without a copy. ${describeError(error)}`,
      );
      return { digest, origin, outside: root };
    }
  }

  async #takeArchive(
    content: Extract<Content, { kind: 'archive' }>,
    origin: ModelOrigin,
    request: ModelRequest,
    signal: AbortSignal | undefined,
  ): Promise<Taken> {
    const { file, sha256, signature } = content;
    const archive = { sha256, ...(signature !== undefined && { signature }) };
    this.#judge.admitArchive(request.config, origin.uri, archive);
    await this.#cache.open();
    await this.#cache.makeRoom((await stat(file)).size, this.#kept());
    const folder = this.#cache.work.newPath();
    try {
      await unpack(file, folder, { signal, name: origin.uri });
      const plan = await planPackage(folder, { name: request.name, manifest: request.config.manifest });
      this.#judge.admit(request.config, origin.uri, archive, {
        digest: digestOf(plan),
        signature: plan.signature,
      });
      return await this.#install(plan, 'move', origin, archive, request);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #install(
    plan: PackagePlan,
    how: 'copy' | 'move',
    origin: ModelOrigin,
    archive: ModelRecord['archive'],
    { name, source, addition }: ModelRequest,
  ): Promise<Taken> {
    const digest = await this.#cache.packages.install(plan, how);
    await this.#cache.records.add({ source, addition, digest, origin, ...(archive && { archive }) });
    this.#logger.info({ model: name, digest, origin: origin.uri }, 'model in the cache');
    await this.#cache.makeRoom(0, new Set([...this.#kept(), digest]));
    return { digest, origin };
  }
}

async function bytesOf(plan: PackagePlan): Promise<number> {
  let bytes = plan.manifest.length;
  for (const content of plan.files.values())
    bytes += 'bytes' in content ? content.bytes.length : await sizeOfFile(content.from);
  return bytes;
}

async function sizeOfFile(file: string): Promise<number> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
  });
  return size;
}
