import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../models/index.js';
import { userCache } from '../user-cache.js';
import { checkOutline } from './check.js';
import type { Compiled, Description } from './description.js';
import { outline, type Draft } from './draft.js';
import type { FrameworkName } from './framework.js';
import { goldenInputs } from './golden/inputs.js';
import { toleranceOf, type Expected } from './golden/reference.js';
import type { GoldenInput } from './golden/sample.js';
import { compileByKernels } from './kernels.js';
import { refuseStrangers, writePackage, type PackageContent, type PackageTarget } from './package-folder.js';
import { proveTargets } from './proof.js';
import { findSourceModel } from './source-model.js';
import { CompileSteps, type StepOptions } from './steps.js';
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
  // Not the set-up's work folder, which each set-up empties.
  const works = path.join(userCache(), 'compile');
  await mkdir(works, { recursive: true });
  const work = await mkdtemp(path.join(works, 'work-'));
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
    const contentOf = (compiled: Compiled, byKernels: readonly string[]): PackageContent => ({
      manifest: {
        ...said,
        version,
        ...(text !== undefined && { description: text }),
        license,
        provenance: { ...made, ...(byKernels.length > 0 && { byKernels }), ...provenance },
      },
      labels,
      targets: packageTargets(compiled, description),
      ...goldenFiles(samples, expected),
    });
    const prove = async (some: Compiled['targets']) => {
      const folder = path.join(work, 'proof');
      await writePackage(folder, contentOf({ targets: some }, []));
      return proveTargets(folder, options.signal);
    };
    const { compiled, byKernels, notes } = order.kernels
      ? await compileByKernels(steps, description, targets, prove)
      : { compiled: await steps.compile(description, targets), byKernels: [], notes: [] };
    const manifest = await writePackage(order.out, contentOf(compiled, byKernels));
    const { framework } = description;
    return { folder: order.out, manifest, framework, notes: [...description.notes, ...notes] };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function packageTargets({ targets }: Compiled, { onnx }: Description): PackageTarget[] {
  const dlr = Object.entries(targets).map(([name, { folder, architecture, cpuFeatures }]) => ({
    name: `dlr-${name}`,
    runtime: 'dlr' as const,
    from: folder,
    minRuntimeVersion: oldestDlr,
    platform: { architecture, cpuFeatures },
  }));
  return onnx === undefined ? dlr : [...dlr, { name: 'onnx', runtime: 'onnx', from: onnx }];
}

function goldenFiles(
  samples: readonly GoldenInput[],
  expected: readonly (readonly Expected[])[],
): Pick<PackageContent, 'golden' | 'goldenFiles'> {
  const goldenFiles = new Map<string, Buffer>();
  const golden = samples.map(({ file, content }, index) => {
    const outputs = expected[index] ?? [];
    const answer = `${path.parse(file).name}.expected.json`;
    const tolerances = outputs.map(toleranceOf);
    const byPosition = outputs.map(
      ({ shape, data }, position) => [position, { shape, data, tolerance: tolerances[position] }] as const,
    );
    goldenFiles.set(file, content);
    goldenFiles.set(answer, Buffer.from(`${JSON.stringify({ outputs: Object.fromEntries(byPosition) })}\n`));
    const tolerance = Math.max(...tolerances);
    return { input: `golden/${file}`, output: `golden/${answer}`, tolerance };
  });
  return { golden, goldenFiles };
}
