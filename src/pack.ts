import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from './errors/index.js';
import { sha256Of, sha256OfFile } from './models/digest.js';
import { parseManifest, type Manifest } from './models/manifest.js';
import { runtimeNeeds } from './models/onnx-needs.js';
import { manifestFile } from './models/plan.js';
import { runSample } from './pipeline/golden.js';
import { openModel } from './pipeline/load-model.js';
import type { DlrSpec } from './pipeline/spec.js';
import { valuesOf } from './tensor-values.js';

/** What a package is made from. */
export interface PackOrder {
  /** A model.json without digests: `files` is left out everywhere, and golden samples need no `output`. */
  readonly draft: Readonly<Record<string, unknown>>;
  /** Folder that its paths start from: folders of targets, labels, pictures of golden samples. */
  readonly folder: string;
  /** Of the package; must not exist. */
  readonly out: string;
  /** Target whose outputs the golden samples hold. @default one for ONNX Runtime, else the first that runs here */
  readonly reference?: string | undefined;
  readonly dlr: DlrSpec;
}

export interface Packed {
  readonly folder: string;
  /** SHA-256 of its model.json: what to pin. */
  readonly digest: string;
  readonly reference: string;
}

type Draft = Record<string, unknown> & {
  targets?: (Record<string, unknown> & { path?: string })[];
  golden?: { input: string; output?: string; tolerance: number }[];
  labels?: string;
};

/**
 * Makes a model package: copies the artifacts, runs the golden pictures on the reference target for the outputs that they must
 * give, and writes the digest of every file. It is made beside and renamed when it is whole.
 * @throws EdgeError MODEL_MANIFEST_INVALID with all problems at once, MODEL_FILE_MISSING, MODEL_PACKAGE_EXISTS; of the engine
 */
export async function packModel({ draft, folder, out, reference, dlr }: PackOrder): Promise<Packed> {
  const parent = path.dirname(path.resolve(out));
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(path.join(parent, '.packing-'));
  try {
    const made = await makePackage(draft, folder, work, reference, dlr);
    await rename(work, out).catch((cause: unknown) => {
      throw new EdgeError('MODEL_PACKAGE_EXISTS', { path: out, reason: (cause as Error).message }, { cause });
    });
    return { folder: out, ...made };
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function makePackage(
  draft: Draft,
  folder: string,
  work: string,
  reference: string | undefined,
  dlr: DlrSpec,
): Promise<Omit<Packed, 'folder'>> {
  const files: Record<string, string> = {};
  const take = async (name: string) => {
    await mkdir(path.dirname(path.join(work, name)), { recursive: true });
    await copyFile(path.join(folder, name), path.join(work, name)).catch((cause: unknown) => {
      throw new EdgeError('MODEL_FILE_MISSING', { path: path.join(folder, name) }, { cause });
    });
    return sha256OfFile(path.join(work, name));
  };
  // Before a path of it is used: one that leads out of the package is a problem of the manifest.
  const golden = (draft.golden ?? []).map((sample) => ({
    ...sample,
    output: sample.output ?? outputOf(sample.input),
  }));
  const blank = {
    ...draft,
    golden,
    files: {},
    targets: draft.targets?.map((target) => ({ ...target, files: {} })),
  };
  parseManifest(Buffer.from(JSON.stringify(blank)), path.join(folder, 'the draft'));

  const targets: Manifest['targets'] = [];
  for (const target of draft.targets ?? []) {
    const place = target.path ?? '';
    const digests: Record<string, string> = {};
    for (const name of await filesIn(path.join(folder, place)))
      digests[name] = await take(path.posix.join(place, name));
    const runtime = target['runtime'] as Manifest['targets'][number]['runtime'];
    const needs = await runtimeNeeds(runtime, path.join(work, place), Object.keys(digests));
    targets.push({ ...needs, ...target, files: digests } as Manifest['targets'][number]);
  }
  if (draft.labels !== undefined) files[draft.labels] = await take(draft.labels);
  for (const { input } of golden) files[input] = await take(input);

  const write = async (samples: typeof golden): Promise<string> => {
    const bytes = Buffer.from(
      `${JSON.stringify({ ...draft, targets, golden: samples, files }, undefined, 2)}\n`,
    );
    await writeFile(path.join(work, manifestFile), bytes);
    return sha256Of(bytes);
  };
  await write([]);
  const wish = reference ?? targets.find(({ runtime }) => runtime === 'onnx')?.name;
  const open = await openModel({ model: { folder: work, allowUnpinned: true, target: wish }, dlr });
  try {
    for (const { input, output } of golden) {
      const tensors = await runSample(open.package, await readFile(path.join(work, input)), open.engine);
      const outputs = Object.fromEntries(
        tensors.map((tensor, position) => [position, { shape: tensor.shape, data: [...valuesOf(tensor)] }]),
      );
      const bytes = Buffer.from(`${JSON.stringify({ outputs })}\n`);
      await mkdir(path.dirname(path.join(work, output)), { recursive: true });
      await writeFile(path.join(work, output), bytes);
      files[output] = sha256Of(bytes);
    }
  } finally {
    await open.engine.dispose();
  }
  return { digest: await write(golden), reference: open.package.target.name };
}

const outputOf = (input: string): string =>
  `${input.slice(0, input.length - path.extname(input).length)}.json`;

/** Files in a folder and below, relative to it, sorted. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: folder }, { cause });
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
