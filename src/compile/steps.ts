import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { EdgeError } from '../errors/index.js';
import { userCache } from '../user-cache.js';
import {
  compiledSchema,
  descriptionSchema,
  referenceSchema,
  type Compiled,
  type Description,
} from './description.js';
import { frameworks, tvmEnvironment } from './framework.js';
import { readExpected, type Expected } from './golden/reference.js';
import type { GoldenInput } from './golden/sample.js';
import { prepareEnvironment, type EnvironmentSpec } from './python/environment.js';
import { runProgram } from './python/program.js';
import type { SourceModel } from './source-model.js';

export interface StepOptions {
  readonly python?: string | undefined;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The steps of one compilation that run in Python, each in the environment that its packages need. */
export class CompileSteps {
  readonly #source: SourceModel;
  readonly #network: string | undefined;
  readonly #options: StepOptions;
  readonly #work: string;
  readonly #log: string;

  /** @param network `file.py:function`, for weights without a network */
  constructor(source: SourceModel, network: string | undefined, work: string, options: StepOptions) {
    this.#source = source;
    this.#network = network;
    this.#work = work;
    this.#options = options;
    this.#log = path.join(userCache(), 'logs', 'compile.log');
  }

  /**
   * Makes the environments that are not there, before anything else takes time.
   * @param kernels whether TVM is only wanted where the kernels do not do
   * @throws EdgeError COMPILE_MACHINE_UNSUITED
   */
  async prepare(targets: readonly string[], kernels = false): Promise<void> {
    const compiles = targets.length > 0;
    if (compiles && process.arch !== 'x64')
      throw new EdgeError('COMPILE_MACHINE_UNSUITED', { machine: process.arch });
    await mkdir(path.dirname(this.#log), { recursive: true });
    await rm(this.#log, { force: true });
    const { environment, compiler } = this.#source.framework;
    await this.#environment(environment);
    if (compiles && compiler === 'tvm' && !kernels) await this.#environment(tvmEnvironment);
  }

  /** What the model takes and gives; its ONNX form is written where it has one. */
  export(shapes: Readonly<Record<string, readonly number[]>>): Promise<Description> {
    this.#options.progress(`reading the model with ${this.#source.framework.title}`);
    return this.#runFramework({ action: 'export', shapes, out: this.#folder('export') }, descriptionSchema);
  }

  /** What the framework itself computes. @returns the outputs of each sample */
  async reference(description: Description, samples: readonly GoldenInput[]): Promise<Expected[][]> {
    this.#options.progress(`computing ${samples.length} golden samples with ${description.framework}`);
    const folder = this.#folder('samples');
    const requests = [];
    for (const [index, { tensor }] of samples.entries()) {
      const out = path.join(folder, String(index));
      await mkdir(out, { recursive: true });
      const file = path.join(out, 'input.bin');
      await writeFile(file, tensor.bytes);
      const { name, dtype, shape } = tensor;
      requests.push({ inputs: [{ name, dtype, shape, file }], out });
    }
    const request = { action: 'reference', samples: requests, onnx: description.onnx };
    const answer = await this.#runFramework(request, referenceSchema);
    return Promise.all(
      answer.samples.map(({ outputs }) => Promise.all(outputs.map((output) => readExpected(output)))),
    );
  }

  /**
   * With the kernels of this product, which know few operators and are faster.
   * @throws EdgeError COMPILE_OPERATOR_UNSUPPORTED naming the first that they do not know
   */
  async compileWithKernels(onnx: string, targets: readonly string[]): Promise<Compiled> {
    // The fewest packages that can read an ONNX file.
    const python = await this.#environment(frameworks.onnx.environment);
    const request = { action: 'compile', onnx, targets, out: this.#folder('kernels') };
    return this.#run(python, 'own_kernels.py', request, compiledSchema);
  }

  async compile(description: Description, targets: readonly string[]): Promise<Compiled> {
    if (targets.length === 0) return { targets: {} };
    const { framework } = this.#source;
    const out = this.#folder('compiled');
    if (framework.compiler === 'treelite')
      return this.#runFramework({ action: 'compile', targets, out }, compiledSchema);
    const { onnx, lite, inputs } = description;
    const byName = Object.fromEntries(inputs.map((input) => [input.name, input]));
    return this.#run(
      await this.#environment(tvmEnvironment),
      'dlr.py',
      { action: 'compile', onnx, lite, inputs: byName, targets, out },
      compiledSchema,
    );
  }

  #environment(spec: EnvironmentSpec): Promise<string> {
    return prepareEnvironment(spec, { ...this.#options, framework: this.#source.framework.title });
  }

  #folder(name: string): string {
    return path.join(this.#work, name);
  }

  async #runFramework<T>(
    request: { action: string; [key: string]: unknown },
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { framework, path: model } = this.#source;
    const python = await this.#environment(framework.environment);
    const common = { kind: framework.name, model, network: this.#network };
    return this.#run(python, framework.program, { ...common, ...request }, schema);
  }

  #run<T>(
    python: string,
    program: string,
    request: { action: string; [key: string]: unknown },
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { framework, path: model } = this.#source;
    const { progress, signal } = this.#options;
    const where = { work: path.join(this.#work, program), log: this.#log };
    const call = { python, program, request, ...where, model, framework: framework.title, progress, signal };
    return runProgram(call, schema);
  }
}
