import { access, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { sha256OfFile } from '../models/digest.js';
import { parseManifest, type Manifest } from '../models/manifest.js';
import { runtimeNeeds } from '../models/onnx-needs.js';
import { manifestFile } from '../models/plan.js';

/** A target of the package to be, and the folder where it is now. */
export interface PackageTarget {
  readonly name: string;
  readonly runtime: 'dlr' | 'onnx';
  readonly from: string;
  /** Of the runtime, where it is known better than by the files. */
  readonly minRuntimeVersion?: string;
  readonly platform?: { readonly architecture: string; readonly cpuFeatures: readonly string[] };
}

export interface PackageContent {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[] | undefined;
  readonly targets: readonly PackageTarget[];
  /** Files of `golden/`, by name. */
  readonly goldenFiles: ReadonlyMap<string, Buffer>;
  readonly golden: readonly { readonly input: string; readonly output: string; readonly tolerance: number }[];
}

/**
 * Writes a model package with the digest of each file: aside, checked, and renamed when it is whole. An earlier package at this
 * place is replaced, anything else is not touched.
 * @returns its manifest
 * @throws EdgeError COMPILE_OUTPUT_EXISTS, MODEL_MANIFEST_INVALID with all problems at once
 */
export async function writePackage(folder: string, content: PackageContent): Promise<Manifest> {
  await refuseStrangers(folder);
  const fresh = `${path.resolve(folder)}.making-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await mkdir(path.join(fresh, 'golden'), { recursive: true });
    if (content.labels) await writeFile(path.join(fresh, 'labels.txt'), `${content.labels.join('\n')}\n`);
    for (const [name, bytes] of content.goldenFiles) await writeFile(path.join(fresh, 'golden', name), bytes);
    const common = await digestsIn(fresh);
    const targets = [];
    for (const { name, runtime, from, platform, minRuntimeVersion } of content.targets) {
      await placeTarget(from, path.join(fresh, name));
      const files = await digestsIn(path.join(fresh, name));
      targets.push({
        name,
        runtime,
        path: name,
        ...(await runtimeNeeds(runtime, path.join(fresh, name), Object.keys(files))),
        ...(minRuntimeVersion !== undefined && { minRuntimeVersion }),
        ...(platform && { platform: { os: 'linux', ...platform } }),
        files,
      });
    }
    const document = {
      manifestVersion: 1,
      ...content.manifest,
      ...(content.labels && { labels: 'labels.txt' }),
      targets,
      golden: content.golden,
      files: common,
    };
    const bytes = Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
    const manifest = parseManifest(bytes, path.join(folder, manifestFile));
    await writeFile(path.join(fresh, manifestFile), bytes);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return manifest;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** @throws EdgeError COMPILE_OUTPUT_EXISTS */
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

async function digestsIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [file, await sha256OfFile(path.join(folder, file))] as const),
    ),
  );
}

/** A target is a folder; a single file gets one. */
async function placeTarget(from: string, folder: string): Promise<void> {
  const isFolder = (await stat(from)).isDirectory();
  await cp(from, isFolder ? folder : path.join(folder, path.basename(from)), { recursive: true });
}
