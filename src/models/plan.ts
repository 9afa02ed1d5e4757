import { access, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestConfig } from '../config/model-manifest.js';
import { EdgeError } from '../errors/index.js';
import { unlessMissing } from '../missing.js';
import { planArtifact } from './bare/artifact.js';
import { sha256Of } from './digest.js';
import { parseManifest, type Manifest } from './manifest.js';
import { signatureFileLimit, signatureSuffix } from './signature.js';

export const manifestFile = 'model.json';

/** What a package will consist of: its manifest, and where each of its files comes from. Nothing that is not listed comes along. */
export interface PackagePlan {
  /** Where it is a package already; undefined where its manifest was made here. */
  readonly root: string | undefined;
  /** The bytes of its model.json. */
  readonly manifest: Buffer;
  /** Path in the package → where it is now, or what it holds. */
  readonly files: ReadonlyMap<string, { readonly from: string } | { readonly bytes: Buffer }>;
  /** Of the manifest, as the package carries it: base64. */
  readonly signature?: string | undefined;
}

/** For a folder without a model.json. */
export interface BareOptions {
  /** Of the model in the configuration. */
  readonly name: string;
  readonly manifest: ManifestConfig | undefined;
}

/** SHA-256 of the manifest: the identity of the package. */
export const digestOf = (plan: PackagePlan): string => sha256Of(plan.manifest);

/**
 * Finds out what a folder holds: a model package, or a compiled model without a manifest, in it or in its only subfolder.
 * @throws EdgeError MODEL_MANIFEST_INVALID, MODEL_NOT_RUNNABLE, MODEL_MANIFEST_INCOMPLETE
 */
export async function planPackage(folder: string, bare: BareOptions): Promise<PackagePlan> {
  const root = await contentRoot(folder);
  const file = path.join(root, manifestFile);
  if (!(await exists(file))) return planArtifact(root, bare.name, bare.manifest);
  const manifest = await readFile(file);
  const files = [...listFiles(parseManifest(manifest, file)).keys()].map(
    (name) => [name, { from: path.join(root, name) }] as const,
  );
  return { root, manifest, files: new Map(files), signature: await readSignature(file + signatureSuffix) };
}

/** All files that a manifest vouches for: path in the package → SHA-256. @throws EdgeError MODEL_MANIFEST_INVALID for two digests of one file */
export function listFiles(manifest: Manifest): Map<string, string> {
  const files = new Map(Object.entries(manifest.files));
  for (const target of manifest.targets) {
    for (const [name, digest] of Object.entries(target.files)) {
      const file = path.posix.join(target.path, name);
      if ((files.get(file) ?? digest) !== digest) {
        throw new EdgeError('MODEL_MANIFEST_INVALID', {
          path: manifestFile,
          problems: [`${file} has two digests`],
        });
      }
      files.set(file, digest);
    }
  }
  return files;
}

/** @returns undefined where there is none; one that is too large is no signature, and will not be good */
export async function readSignature(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  return (await stat(file)).size > signatureFileLimit ? '' : (await readFile(file, 'ascii')).trim();
}

/** Archives are often made of one folder. */
export async function contentRoot(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new EdgeError('MODEL_NOT_FOUND', { path: folder }, { cause });
  });
  const [only, ...more] = entries;
  return only?.isDirectory() && more.length === 0 ? path.join(folder, only.name) : folder;
}

const exists = (file: string): Promise<boolean> => access(file).then(() => true, unlessMissing(false));
