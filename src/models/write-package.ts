import { access, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { unlessMissing } from '../missing.js';
import { sha256Of, sha256OfFile } from './digest.js';
import { parseManifest, type Manifest } from './manifest.js';
import { runtimeNeeds } from './onnx-needs.js';
import { manifestFile } from './plan.js';

/** What a package will consist of. */
export interface PackageContent {
  /** A model.json, as people or programs made it: digests in it do not count. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Path in the package → where it is now, a file or a folder, or what it holds. */
  readonly files: ReadonlyMap<string, string | Buffer>;
}

export interface WrittenPackage {
  readonly manifest: Manifest;
  /** SHA-256 of its model.json: what to pin. */
  readonly digest: string;
}

/** The file of a golden sample with the raw outputs of the model, in their order. */
export function goldenOutputs(
  outputs: readonly {
    readonly shape: readonly number[];
    readonly data: readonly number[];
    readonly tolerance?: number;
  }[],
): Buffer {
  return Buffer.from(`${JSON.stringify({ outputs: Object.fromEntries(outputs.entries()) })}\n`);
}

/**
 * Writes a model package with the digest of each file, and what the files say of the runtime that they need. An earlier package at
 * this place is replaced.
 * @throws EdgeError COMPILE_OUTPUT_EXISTS, MODEL_FILE_MISSING, MODEL_MANIFEST_INVALID with all problems at once
 */
export async function writePackage(folder: string, content: PackageContent): Promise<WrittenPackage> {
  // Before a path of it is used: one that leads out of the package is a problem of the manifest.
  const targets = checkDraft(content.manifest, path.join(folder, manifestFile));
  return replaceFolder(folder, async (fresh) => {
    for (const [name, source] of content.files) await place(source, path.join(fresh, name));
    const all = await digestsIn(fresh);
    const described = await Promise.all(
      targets.map(async (target) => {
        const files = below(all, target.path);
        const needs = await runtimeNeeds(target.runtime, path.join(fresh, target.path), Object.keys(files));
        return { ...needs, ...target, files };
      }),
    );
    const others = Object.entries(all).filter(([name]) =>
      targets.every((target) => !name.startsWith(`${target.path}/`)),
    );
    const document = { ...content.manifest, targets: described, files: Object.fromEntries(others) };
    const bytes = Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
    const manifest = parseManifest(bytes, path.join(folder, manifestFile));
    await writeFile(path.join(fresh, manifestFile), bytes);
    return { manifest, digest: sha256Of(bytes) };
  });
}

/**
 * Puts a folder with a package where none or an earlier one is: made beside it, and renamed when it is whole.
 * @throws EdgeError COMPILE_OUTPUT_EXISTS
 */
export async function replaceFolder<T>(folder: string, fill: (fresh: string) => Promise<T>): Promise<T> {
  await refuseStrangers(folder);
  const fresh = `${path.resolve(folder)}.making-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await mkdir(fresh, { recursive: true });
    const made = await fill(fresh);
    await exchange(path.resolve(folder), fresh);
    return made;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Nothing that was there is removed before the new folder has its place. */
async function exchange(folder: string, fresh: string): Promise<void> {
  const earlier = `${folder}.earlier-${process.pid}`;
  const wasThere = await renameIfThere(folder, earlier);
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (wasThere) await rename(earlier, folder);
    throw error;
  }
  await rm(earlier, { recursive: true, force: true });
}

/** @returns whether it was there */
const renameIfThere = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(() => true, unlessMissing(false));

/** What is no package is not touched. @throws EdgeError COMPILE_OUTPUT_EXISTS */
export async function refuseStrangers(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new EdgeError('COMPILE_OUTPUT_EXISTS', { path: folder }, { cause: error });
  });
  if (names.length === 0) return;
  await access(path.join(folder, manifestFile)).catch((cause: unknown) => {
    throw new EdgeError('COMPILE_OUTPUT_EXISTS', { path: folder }, { cause });
  });
}

type Target = Manifest['targets'][number];

/**
 * The targets of a manifest that has no digests yet, as they are written in it. Every path in it lies inside the package.
 * @param file for messages
 * @throws EdgeError MODEL_MANIFEST_INVALID with all problems at once
 */
export function checkDraft(manifest: PackageContent['manifest'], file: string): readonly Target[] {
  const { targets } = manifest;
  const listed = Array.isArray(targets) ? (targets as Target[]) : undefined;
  const blank = { ...manifest, files: {}, targets: listed?.map((target) => ({ ...target, files: {} })) };
  parseManifest(Buffer.from(JSON.stringify(blank)), file);
  return listed ?? [];
}

async function place(source: string | Buffer, at: string): Promise<void> {
  await mkdir(path.dirname(at), { recursive: true });
  if (typeof source !== 'string') return writeFile(at, source);
  try {
    await cp(source, at, { recursive: true, dereference: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new EdgeError('MODEL_FILE_MISSING', { path: source }, { cause });
    throw cause;
  }
}

/** Path → SHA-256, sorted by path. */
async function digestsIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  const digests = files.map(async (file) => [file, await sha256OfFile(path.join(folder, file))] as const);
  return Object.fromEntries(await Promise.all(digests));
}

/** Those in a folder, by their paths in it. */
const below = (files: Readonly<Record<string, string>>, folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name.startsWith(`${folder}/`))
      .map(([name, digest]) => [name.slice(folder.length + 1), digest]),
  );
