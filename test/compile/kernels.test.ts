import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compileModel, type CompileOrder } from '../../src/compile/index.js';
import { compileByKernels } from '../../src/compile/kernels.js';
import type { CompileSteps } from '../../src/compile/steps.js';
import { thisMachine } from '../../src/models/target.js';
import { obstacle } from '../native/fixtures.js';
import { madePython } from './made-environment.js';
import { smallOrder } from './small-order.js';

const run = promisify(execFile);
const python = madePython('tvm') && madePython('onnx');
const runs = python !== undefined && obstacle() === undefined && thisMachine().cpuFeatures.has('avx2');
if (!runs)
  console.log(
    'Skipped: compiling with the kernels needs AVX2, libdlr and the environments onnx and tvm (npm run models:table makes them).',
  );

/** A small network as mobile ones are made: convolution, depthwise, pointwise, pooled, and a last layer. */
const make = (file: string) => `
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
rng = np.random.RandomState(7)
weights = {"w1": (8, 3, 3, 3), "b1": (8,), "w2": (8, 1, 3, 3), "b2": (8,), "w3": (16, 8, 1, 1), "b3": (16,), "w4": (4, 16), "b4": (4,)}
constants = [numpy_helper.from_array(rng.uniform(-0.5, 0.5, shape).astype(np.float32), name) for name, shape in weights.items()]
node = helper.make_node
nodes = [
    node("Conv", ["picture", "w1", "b1"], ["c1"], strides=[2, 2], pads=[1, 1, 1, 1]), node("Relu", ["c1"], ["r1"]),
    node("Conv", ["r1", "w2", "b2"], ["c2"], group=8, pads=[1, 1, 1, 1]), node("Relu", ["c2"], ["r2"]),
    node("Conv", ["r2", "w3", "b3"], ["c3"]), node("Relu", ["c3"], ["r3"]),
    node("GlobalAveragePool", ["r3"], ["p"]), node("Flatten", ["p"], ["f"]),
    node("Gemm", ["f", "w4", "b4"], ["scores"], transB=1),
]
value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
graph = helper.make_graph(nodes, "mobile", [value("picture", [1, 3, 32, 32])], [value("scores", [1, 4])], constants)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), ${JSON.stringify(file)})`;

describe.skipIf(!runs)('mli model compile --kernels', { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-kernels-'));
    await run(python ?? '', ['-c', make(path.join(folder, 'mobile.onnx'))]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const order = (model: string): CompileOrder => ({
    ...smallOrder(model, folder, ['x64-avx2']),
    kernels: true,
  });

  it('has the kernels compile a mobile network, proven by its golden samples', async () => {
    const said: string[] = [];
    const mobile = order(path.join(folder, 'mobile.onnx'));
    const { manifest, notes } = await compileModel(mobile, { progress: (text) => said.push(text) });
    expect(manifest.targets.map(({ name }) => name)).toEqual(['dlr-x64-avx2', 'onnx']);
    expect(manifest.provenance['byKernels']).toEqual(['x64-avx2']);
    expect(notes).toEqual([]);
    expect(said).toContain('compiling for x64-avx2 with kernels of our own');
    expect(said).not.toContain('compiling for x64-avx2');
  });

  it('leaves to TVM what the C++ compiler of the machine is too old for, and says so', async () => {
    const old = path.join(folder, 'old');
    await mkdir(old);
    const before = process.env['PATH'] ?? '';
    const script = `case "$*" in *-std=c++20*) echo "g++: error: unrecognized option '-std=c++20'" >&2; exit 1;; esac`;
    const mode = { mode: 0o755 };
    await writeFile(path.join(old, 'g++'), `#!/bin/sh\n${script}\nPATH='${before}' exec g++ "$@"\n`, mode);
    process.env['PATH'] = `${old}:${before}`;
    try {
      const mobile = { ...order(path.join(folder, 'mobile.onnx')), out: path.join(folder, 'by-tvm') };
      const { manifest, notes } = await compileModel(mobile, { progress: () => undefined });
      expect(manifest.targets.map(({ name }) => name)).toEqual(['dlr-x64-avx2', 'onnx']);
      expect(manifest.provenance['byKernels']).toBeUndefined();
      expect(notes).toEqual([
        "TVM compiles it instead of the kernels: x64-avx2: g++ failed: g++: error: unrecognized option '-std=c++20'",
      ]);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('leaves to TVM what they do not know, and names it', async () => {
    const pooled = order('test/fixtures/onnx/float32_nchw');
    const { manifest, notes } = await compileModel(pooled, { progress: () => undefined });
    expect(manifest.targets.map(({ name }) => name)).toEqual(['dlr-x64-avx2', 'onnx']);
    expect(manifest.provenance['byKernels']).toBeUndefined();
    expect(notes).toEqual([
      expect.stringMatching(/TVM compiles it instead of the kernels: GlobalAveragePool pooled/),
    ]);
  });
});

it('a target of the kernels that computes something else is left to TVM, and one that does not run here is told of', async () => {
  const place = (folder: string) => ({ folder, architecture: 'x64' as const, cpuFeatures: [] });
  const steps = {
    compileWithKernels: async () => ({
      targets: { 'x64-avx2': place('kernels'), 'x64-avx512': place('kernels') },
    }),
    compile: vi.fn(async (_: unknown, targets: readonly string[]) => ({
      targets: Object.fromEntries(targets.map((target) => [target, place('tvm')])),
    })),
  };
  const wrong = [
    { target: 'x64-avx2', runtime: 'dlr', outcome: 'failed', reason: 'golden sample a.png, output 0[2]' },
  ] as const;
  const { compiled, byKernels, notes } = await compileByKernels(
    steps as unknown as CompileSteps,
    { onnx: 'model.onnx', framework: 'onnx', inputs: [], outputs: [], notes: [] },
    ['x64-avx2', 'x64-avx512', 'arm64'],
    async () => ({ right: [], wrong }),
  );
  expect(Object.entries(compiled.targets).map(([target, { folder }]) => [target, folder])).toEqual([
    ['x64-avx2', 'tvm'],
    ['x64-avx512', 'kernels'],
    ['arm64', 'tvm'],
  ]);
  expect(byKernels).toEqual(['x64-avx512']);
  expect(notes).toEqual([
    'TVM compiles it instead of the kernels: x64-avx2: golden sample a.png, output 0[2]',
    'x64-avx512 does not run on this machine, so no golden sample has proven it yet',
  ]);
});
