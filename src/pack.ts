import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EdgeError } from './errors/index.js';
import type { Manifest } from './models/manifest.js';
import { checkDraft, goldenOutputs, writePackage } from './models/write-package.js';
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

type Sample = Manifest['golden'][number];
type Draft = Readonly<Record<string, unknown>> & {
  readonly targets?: readonly { readonly path: string }[];
  readonly golden?: readonly (Omit<Sample, 'output'> & { readonly output?: string })[];
  readonly labels?: string;
};

/**
 * Makes a model package: of the artifacts, and of the outputs that the reference target gives for the golden samples.
 * @throws EdgeError MODEL_MANIFEST_INVALID with all problems at once, MODEL_FILE_MISSING, MODEL_PACKAGE_EXISTS; of the engine
 */
export async function packModel({ draft, folder, out, reference, dlr }: PackOrder): Promise<Packed> {
  await access(out).then(
    () => {
      throw new EdgeError('MODEL_PACKAGE_EXISTS', { path: out, reason: 'something is there already' });
    },
    () => undefined,
  );
  const { golden: samples = [], targets = [], labels }: Draft = draft;
  const golden = samples.map((sample) => ({ ...sample, output: sample.output ?? outputOf(sample.input) }));
  const manifest = { ...draft, golden };
  checkDraft(manifest, path.join(folder, 'the draft'));
  const paths = [
    ...targets.map((target) => target.path),
    ...(labels === undefined ? [] : [labels]),
    ...golden.map(({ input }) => input),
  ];
  const files = new Map<string, string | Buffer>(paths.map((name) => [name, path.join(folder, name)]));
  const work = await mkdtemp(path.join(tmpdir(), 'mli-pack-'));
  try {
    // Without golden samples: it has to be opened for their outputs.
    const trial = path.join(work, 'package');
    const { manifest: tried } = await writePackage(trial, { manifest: { ...manifest, golden: [] }, files });
    const wish = reference ?? tried.targets.find(({ runtime }) => runtime === 'onnx')?.name;
    const open = await openModel({ model: { folder: trial, allowUnpinned: true, target: wish }, dlr });
    try {
      for (const { input, output } of golden) {
        const tensors = await runSample(open.package, await readFile(path.join(trial, input)), open.engine);
        const outputs = tensors.map((tensor) => ({ shape: tensor.shape, data: [...valuesOf(tensor)] }));
        files.set(output, goldenOutputs(outputs));
      }
    } finally {
      await open.engine.dispose();
    }
    const { digest } = await writePackage(out, { manifest, files });
    return { folder: out, digest, reference: open.package.target.name };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const outputOf = (input: string): string =>
  `${input.slice(0, input.length - path.extname(input).length)}.json`;
