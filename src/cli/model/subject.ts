import { access, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EdgeError, describeError, isEdgeError } from '../../errors/index.js';
import { unpack } from '../../models/archive/index.js';
import { sha256Of } from '../../models/digest.js';
import type { Configuration } from '../../config/index.js';
import { createLogger } from '../../logger.js';
import { ModelRepository, type PackageRequest } from '../../models/index.js';
import { contentRoot, manifestFile, planPackage } from '../../models/plan.js';
import { shippedDigests } from '../../models/shipped.js';

/** A model that somebody points at on the command line. */
export type Subject = { readonly name: string; readonly trusted: boolean; close(): Promise<void> } & (
  | {
      readonly kind: 'package';
      readonly request: PackageRequest;
      /** What the configuration that it is from asks for. */
      readonly wish?: Pick<PackageRequest, 'runtime' | 'target'>;
    }
  | {
      readonly kind: 'artifact';
      readonly runtime: 'dlr' | 'onnx';
      /** A folder for DLR, a file for ONNX Runtime. */
      readonly artifact: string;
      /** What a configuration would have to say of it, in words; undefined where its own metadata say it. */
      readonly missing: string | undefined;
    }
);

export interface SubjectOptions {
  readonly sha256?: string | undefined;
  readonly allowUnpinned: boolean;
}

/**
 * Opens a folder, an archive or an .onnx file. Nothing native is loaded; `trusted` says whether it may be.
 * @throws EdgeError MODEL_*
 */
export async function openSubject(model: string, options: SubjectOptions): Promise<Subject> {
  const info = await stat(model).catch((cause: unknown) => {
    throw new EdgeError('MODEL_NOT_FOUND', { path: model }, { cause });
  });
  if (info.isDirectory()) return describe(model, model, options, () => Promise.resolve());
  if (model.endsWith('.onnx')) {
    const missing = 'the fields of a manifest: input, decoder and labels';
    const artifact = path.resolve(model);
    // An ONNX model is data, not native code.
    return {
      kind: 'artifact',
      name: model,
      trusted: true,
      runtime: 'onnx',
      artifact,
      missing,
      close: () => Promise.resolve(),
    };
  }
  const parent = await mkdtemp(path.join(tmpdir(), 'mli-subject-'));
  const close = () => rm(parent, { recursive: true, force: true });
  try {
    const pinned = options.sha256 === undefined || sha256Of(await readFile(model)) === options.sha256;
    if (!pinned) throw await mismatch(model, options.sha256 ?? '');
    const folder = path.join(parent, 'model');
    await unpack(model, folder, { name: model });
    // The pin of an archive is the archive's.
    const within = {
      sha256: undefined,
      allowUnpinned: options.allowUnpinned || options.sha256 !== undefined,
    };
    return await describe(model, folder, within, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** A model of a configuration, brought here as the component would. @throws EdgeError MODEL_* */
export async function openConfigured(name: string, configuration: Configuration): Promise<Subject> {
  const config = configuration.models[name];
  if (!config) {
    throw new EdgeError('MODEL_NOT_CONFIGURED', { model: name, known: Object.keys(configuration.models) });
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'mli-subject-'));
  const logger = createLogger({ name: 'mli', level: 'error', stream: 'stderr' });
  const { trust, modelCache } = configuration;
  const workRoot = process.env['MLI_WORK_ROOT'];
  const repository = new ModelRepository({
    folder,
    logger,
    trust,
    maxMegabytes: modelCache.maxMegabytes,
    workRoot,
  });
  const close = async () => {
    repository.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { runtime, target, ...request } = await repository.resolve(name, config);
    return { kind: 'package', name, trusted: true, request, wish: { runtime, target }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const mismatch = async (file: string, expected: string): Promise<EdgeError> =>
  new EdgeError('MODEL_DIGEST_MISMATCH', { path: file, expected, actual: sha256Of(await readFile(file)) });

async function describe(
  name: string,
  folder: string,
  { sha256, allowUnpinned }: SubjectOptions,
  close: () => Promise<void>,
): Promise<Subject> {
  const root = await contentRoot(folder);
  const manifest = path.join(root, manifestFile);
  if (await isThere(manifest)) {
    const trusted =
      allowUnpinned || sha256 !== undefined || shippedDigests().has(sha256Of(await readFile(manifest)));
    return { kind: 'package', name, trusted, request: { folder: root, sha256, allowUnpinned: true }, close };
  }
  const missing = await whatIsMissing(name, root);
  const onnx = (await readdir(root)).find((file) => file.endsWith('.onnx'));
  const compiled = (await readdir(root)).some((file) => file.endsWith('.so') && file !== 'libdlr.so');
  if (!compiled && onnx !== undefined)
    return {
      kind: 'artifact',
      name,
      trusted: true,
      runtime: 'onnx',
      artifact: path.join(root, onnx),
      missing,
      close,
    };
  return { kind: 'artifact', name, trusted: allowUnpinned, runtime: 'dlr', artifact: root, missing, close };
}

/** @throws EdgeError MODEL_NOT_RUNNABLE: it is something else, and only its maker can make a model of it */
async function whatIsMissing(name: string, root: string): Promise<string | undefined> {
  try {
    await planPackage(root, { name: 'model', manifest: undefined });
    return undefined;
  } catch (error) {
    if (!isEdgeError(error)) throw error;
    if (error.code === 'MODEL_MANIFEST_INCOMPLETE')
      return (error as EdgeError<'MODEL_MANIFEST_INCOMPLETE'>).details.missing.join('; ');
    if (error.code !== 'MODEL_NOT_RUNNABLE') return describeError(error);
    // People know the archive by its own name, not by the folder that it was unpacked to.
    const { reason, framework } = (error as EdgeError<'MODEL_NOT_RUNNABLE'>).details;
    throw new EdgeError(
      'MODEL_NOT_RUNNABLE',
      { path: name, reason, ...(framework && { framework }) },
      { cause: error },
    );
  }
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
