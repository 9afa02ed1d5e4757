import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { readVerified, sha256Of, verifyFiles } from './digest.js';
import { parseLabels } from './labels.js';
import { parseManifest, type Manifest, type ModelTarget } from './manifest.js';
import { shippedDigests } from './shipped.js';
import { noTarget, sortTargets, thisMachine, type Machine } from './target.js';

/** Which package to open, and how much to trust it. */
export interface PackageRequest {
  readonly folder: string;
  /** Digest of model.json that the operator pinned; not needed for the packages that come with the product. */
  readonly sha256?: string | undefined;
  readonly allowUnpinned: boolean;
  /** @default 'auto' */
  readonly runtime?: 'auto' | 'dlr' | 'onnx' | undefined;
  /** Name of the one target to use. */
  readonly target?: string | undefined;
  /** Name of the target that was found best; others are used where it fails. */
  readonly preferred?: string | undefined;
}

/** A package whose manifest and labels have been proved; nothing is said of its targets yet. */
export interface PackageContents {
  readonly folder: string;
  readonly manifest: Manifest;
  /** SHA-256 of model.json: the identity of the package. */
  readonly digest: string;
  readonly labels: readonly string[];
}

/** The same with a target whose files have been proved. */
export interface ModelPackage extends PackageContents {
  readonly target: ModelTarget;
  /** Folder of the chosen target's artifact. */
  readonly artifact: string;
}

/**
 * Opens a model package with its first target that fits.
 * @throws as readPackage and openTarget do; EdgeError MODEL_NO_TARGET
 */
export async function openPackage(
  request: PackageRequest,
  machine: Machine = thisMachine(),
): Promise<ModelPackage> {
  const contents = await readPackage(request);
  const { name, targets } = contents.manifest;
  const { fitting, unfit } = sortTargets(targets, machine, {
    runtime: request.runtime,
    name: request.target,
  });
  return openTarget(contents, fitting[0] ?? noTarget(name, unfit));
}

/**
 * Reads a package as far as no target is concerned: checks the pinned digest, then the manifest, then the labels.
 * @throws EdgeError MODEL_NOT_FOUND, MODEL_UNPINNED, MODEL_DIGEST_MISMATCH, MODEL_MANIFEST_INVALID, MODEL_FILE_*
 */
export async function readPackage(request: PackageRequest): Promise<PackageContents> {
  const folder = path.resolve(request.folder);
  const file = path.join(folder, 'model.json');
  await access(file).catch((cause: unknown) => {
    throw new EdgeError('MODEL_NOT_FOUND', { path: folder }, { cause });
  });
  const bytes = await readFile(file);
  const digest = sha256Of(bytes);
  if (request.sha256 === undefined && !request.allowUnpinned && !shippedDigests().has(digest)) {
    throw new EdgeError('MODEL_UNPINNED', { path: folder, digest });
  }
  if (request.sha256 !== undefined && request.sha256 !== digest) {
    throw new EdgeError('MODEL_DIGEST_MISMATCH', { path: file, expected: request.sha256, actual: digest });
  }

  const manifest = parseManifest(bytes, file);
  const labels =
    manifest.labels === undefined
      ? []
      : parseLabels(
          (await readVerified(folder, manifest.labels, manifest.files[manifest.labels])).toString('utf8'),
        );
  return { folder, manifest, digest, labels };
}

/**
 * Proves the files of one target. Nothing native is touched; what comes back may be loaded.
 * @throws EdgeError MODEL_FILE_*, MODEL_DIGEST_MISMATCH
 */
export async function openTarget(contents: PackageContents, target: ModelTarget): Promise<ModelPackage> {
  const artifact = path.join(contents.folder, target.path);
  await verifyFiles(artifact, target.files);
  return { ...contents, target, artifact };
}

/** A file of the package that belongs to no target, proved as it is read: a golden sample, say. @throws EdgeError MODEL_FILE_*, MODEL_DIGEST_MISMATCH */
export const readPackageFile = ({ folder, manifest }: PackageContents, name: string): Promise<Buffer> =>
  readVerified(folder, name, manifest.files[name]);
