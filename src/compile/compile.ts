import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../models/index.js';
import {
  goldenOutputs,
  refuseStrangers,
  writePackage,
  type PackageContent,
} from '../models/write-package.js';
import { checkOutline } from './check.js';
import type { Compiled, Description } from './description.js';
import { outline, type Draft } from './draft.js';
import type { FrameworkName } from './framework.js';
import { goldenInputs } from './golden/inputs.js';
import { toleranceOf, type Expected } from './golden/reference.js';
import type { GoldenInput } from './golden/sample.js';
import { compileByKernels } from './kernels.js';
import { proveTargets } from './proof.js';
import { findSourceModel } from './source-model.js';
import { CompileSteps, type StepOptions } from './steps.js';
import { makeWorkFolder } from './work-folder.js';
import { chooseTargets, oldestDlr } from './target.js';

/** What is to be compiled, and into what. */
export interface CompileOrder {
  readonly model: string;
  /** @default told by the file */
  readonly framework?: FrameworkName | undefined;
  /** Empty: all of this kind of machine. */
  readonly targets: readonly string[];
  /** Shapes of the inputs, by name or by place (`0`), where the model does not fix them. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly draft: Draft;
  /** `file.py:function` that builds the network, where the model is weights alone. */
  readonly network?: string | undefined;
  /** Pictures for the golden samples. @default rendered ones */
  readonly golden: readonly string[];
  /** Whether the kernels of this product may compile what they can. */
  readonly kernels?: boolean;
  /** Folder of the package. */
  readonly out: string;
}

export interface CompiledModel {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Name and version of the framework that the golden samples are from. */
  readonly framework: string;
  /** What somebody should know: a target that could not be had, say. */
  readonly notes: readonly string[];
}

/**
 * Compiles a model of a framework for DLR and writes a model package: its targets, its ONNX form where it has one, and golden
 * samples whose outputs are what the framework itself computes.
 * @throws EdgeError COMPILE_*, MODEL_*
 */
export async function compileModel(order: CompileOrder, options: StepOptions): Promise<CompiledModel> {
  await refuseStrangers(order.out);
  const work = await makeWorkFolder();
  try {
    const source = await findSourceModel(order.model, order.framework, work);
    const targets = await chooseTargets(source.framework, order.targets);
    const steps = new CompileSteps(source, order.network, work, options);
    await steps.prepare(targets, order.kernels);
    const description = await steps.export(order.shapes);
    const outlined = outline(order.draft, description, order.model);
    checkOutline(outlined, order.draft, description, `of ${order.model}`);
    const { labels, ...said } = outlined;
    const samples = await goldenInputs(said.input, description, order.golden, order.model);
    const expected = await steps.reference(description, samples);
    const { version, description: text, license, provenance } = order.draft;
    const made = { source: path.basename(order.model), framework: description.framework };
    const { golden, files: common } = goldenFiles(samples, expected);
    if (labels) common.set('labels.txt', Buffer.from(`${labels.join('\n')}\n`));
    const contentOf = (compiled: Compiled, byKernels: readonly string[]): PackageContent => {
      const parts = targetsOf(compiled, description);
      return {
        manifest: {
          manifestVersion: 1,
          ...said,
          version,
          ...(text !== undefined && { description: text }),
          license,
          provenance: { ...made, ...(byKernels.length > 0 && { byKernels }), ...provenance },
          ...(labels && { labels: 'labels.txt' }),
          targets: parts.map(({ target }) => target),
          golden,
        },
        files: new Map([...common, ...parts.map(({ at, from }) => [at, from] as const)]),
      };
    };
    const prove = async (some: Compiled['targets']) => {
      const folder = path.join(work, 'proof');
      await writePackage(folder, contentOf({ targets: some }, []));
      return proveTargets(folder, options.signal);
    };
    const { compiled, byKernels, notes } = order.kernels
      ? await compileByKernels(steps, description, targets, prove)
      : { compiled: await steps.compile(description, targets), byKernels: [], notes: [] };
    const { manifest } = await writePackage(order.out, contentOf(compiled, byKernels));
    const { framework } = description;
    return { folder: order.out, manifest, framework, notes: [...description.notes, ...notes] };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Golden = Manifest['golden'];
/** A target of the manifest; where its file or folder is now, and where that goes in the package. */
interface Part {
  readonly target: Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly at: string;
}

function targetsOf({ targets }: Compiled, { onnx }: Description): Part[] {
  const parts: Part[] = Object.entries(targets).map(([target, { folder, architecture, cpuFeatures }]) => {
    const name = `dlr-${target}`;
    const platform = { os: 'linux', architecture, cpuFeatures };
    const said = { name, runtime: 'dlr', path: name, minRuntimeVersion: oldestDlr, platform };
    return { target: said, from: folder, at: name };
  });
  if (onnx !== undefined)
    parts.push({
      target: { name: 'onnx', runtime: 'onnx', path: 'onnx' },
      from: onnx,
      at: 'onnx/model.onnx',
    });
  return parts;
}

function goldenFiles(
  samples: readonly GoldenInput[],
  expected: readonly (readonly Expected[])[],
): { readonly golden: Golden; readonly files: Map<string, string | Buffer> } {
  const files = new Map<string, string | Buffer>();
  const golden = samples.map(({ file, content }, index) => {
    const outputs = expected[index] ?? [];
    const [input, output] = [`golden/${file}`, `golden/${path.parse(file).name}.expected.json`];
    const allowed = outputs.map((one) => ({ shape: one.shape, data: one.data, tolerance: toleranceOf(one) }));
    files.set(input, content);
    files.set(output, goldenOutputs(allowed));
    return { input, output, tolerance: Math.max(...allowed.map(({ tolerance }) => tolerance)) };
  });
  return { golden, files };
}
