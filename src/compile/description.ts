import { z } from 'zod';
import { dtypes } from '../types.js';

const dtype = z.enum(dtypes);

const tensorInfo = z.object({ name: z.string(), dtype, shape: z.array(z.number().int()) });

/** What a framework's program says of the model that it read. */
export const descriptionSchema = z.object({
  /** Name and version of the framework that says what the model computes: `mxnet 1.9.1`. */
  framework: z.string(),
  inputs: z.array(tensorInfo).min(1),
  outputs: z.array(tensorInfo).min(1),
  /** File of the ONNX form, where there is one. */
  onnx: z.string().optional(),
  /** A TensorFlow Lite file, which TVM reads by itself, and its inputs' names → the package's. */
  lite: z.object({ file: z.string(), names: z.record(z.string(), z.string()) }).optional(),
  /** Rows of features that walk many ways through the trees. */
  examples: z.array(z.array(z.number())).optional(),
  /** Names of the features, where the model knows them. */
  features: z.array(z.string()).optional(),
  notes: z.array(z.string()).default([]),
});

export type Description = z.output<typeof descriptionSchema>;

/** What the compilers leave: a folder for each target, and where it runs. */
export const compiledSchema = z.object({
  targets: z.record(
    z.string(),
    z.object({
      folder: z.string(),
      architecture: z.enum(['x64', 'arm64', 'arm']),
      cpuFeatures: z.array(z.string()),
    }),
  ),
  /** Target → why the C++ compiler of this machine did not make it, where another one may. */
  failed: z.record(z.string(), z.string()).optional(),
});

export type Compiled = z.output<typeof compiledSchema>;

/** Outputs of the source framework for each sample, as raw files. */
export const referenceSchema = z.object({
  samples: z.array(
    z.object({ outputs: z.array(z.object({ dtype, shape: z.array(z.number().int()), file: z.string() })) }),
  ),
});
