import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnx } from '../../../src/engines/onnx.js';
import type { NativeEngine } from '../../../src/engines/native/engine.js';
import type { PixelBuffer, Tensor } from '../../../src/types.js';
import { valuesOf, type Numbers } from '../../../src/tensor-values.js';
import { onnxCases, onnxPath } from './fixtures.js';

const sorter = path.resolve('models/waste-sorter/onnx');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

const opened: NativeEngine[] = [];
async function load(artifact: string, threads = 1): Promise<NativeEngine> {
  const engine = await loadOnnx({ artifact, threads });
  opened.push(engine);
  return engine;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.dispose()));
});

const difference = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  Math.max(...a.map((tensor, i) => largest(valuesOf(tensor), b[i] ? valuesOf(b[i]) : new Float64Array())));
const largest = (a: Numbers, b: Numbers): number =>
  a.length === b.length
    ? [...a].reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0)
    : NaN;

describe('ONNX Runtime', () => {
  it.each([
    ['float32_nchw', 1e-6],
    ['float16_nchw', 2e-3],
    ['uint8_nhwc', 1e-6],
    ['several_inputs', 1e-6],
    ['dynamic_batch', 1e-6],
    ['external_data', 1e-6],
  ])("computes what ONNX's own evaluator computed: %s", async (name, tolerance) => {
    const engine = await load(onnxPath(name));
    for (const { inputs, outputs } of onnxCases(name)) {
      const actual = await engine.run({ tensors: inputs });
      expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
        outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      );
      expect(difference(actual, outputs)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('says what the model is, a free dimension as -1', async () => {
    const { info } = await load(path.join(onnxPath('dynamic_batch'), 'model.onnx'), 2);
    expect(info).toEqual({
      runtime: 'onnx',
      backend: 'cpu',
      runtimeVersion: '1.30.0',
      threads: 2,
      inputs: [{ name: 'data', dtype: 'float32', shape: [-1, 3, 8, 8] }],
      outputs: [{ name: 'logits', dtype: 'float32', shape: [-1, 4] }],
    });
  });

  it('takes a picture for the input that is named, the others as tensors', async () => {
    const engine = await load(onnxPath('several_inputs'));
    const [sample] = onnxCases('several_inputs');
    const { scale, order } = sample?.inputs as { scale: Tensor; order: Tensor };
    const picture: PixelBuffer = { data: new Uint8Array(8 * 8 * 3), width: 8, height: 8, channels: 3 };
    for (let i = 0; i < picture.data.length; i++) picture.data[i] = [10, 20, 30][i % 3] ?? 0;
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1], colorOrder: 'RGB', layout: 'NCHW' } as const;
    const run = (more: object) => engine.run({ picture, normalization, ...more });
    // BGR pixels: red is 30. Halved, in the order 2, 0, 1.
    const [logits] = await run({ pictureInput: 'picture', tensors: { scale, order } });
    expect(Array.from(logits?.data ?? [], Number)).toEqual([5, 15, 10]);
    await expect(run({})).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('name of an input: scale, picture, order') as string,
    });
    await expect(run({ pictureInput: 'picture', tensors: { scale } })).rejects.toThrow(
      /Expected int32 \[3\] for order/,
    );
  });

  it('converts a picture into a float16 input, and into an 8-bit one of a free batch', async () => {
    const picture: PixelBuffer = {
      data: new Uint8Array(8 * 8 * 3).fill(64),
      width: 8,
      height: 8,
      channels: 3,
    };
    const normalization = { mean: [0, 0, 0], std: [64, 64, 64], colorOrder: 'RGB', layout: 'NCHW' } as const;
    const half = await load(onnxPath('float16_nchw'));
    const ones: Tensor = { dtype: 'float16', shape: [1, 3, 8, 8], data: new Uint16Array(192).fill(0x3c00) };
    expect(await half.run({ picture, normalization })).toEqual(await half.run({ tensors: { data: ones } }));
    const free = await load(onnxPath('dynamic_batch'));
    const [output] = await free.run({ picture, normalization });
    expect(output?.shape).toEqual([1, 4]);
  });

  it('gives outputs that the next run does not touch', async () => {
    const engine = await load(onnxPath('float32_nchw'));
    const [sample] = onnxCases('float32_nchw');
    const tensors = sample?.inputs ?? {};
    const [first] = await engine.run({ tensors });
    const copy = Array.from(first?.data ?? [], Number);
    const zero: Tensor = { dtype: 'float32', shape: [1, 3, 8, 8], data: new Float32Array(192) };
    await Promise.all([engine.run({ tensors: { data: zero } }), engine.run({ tensors: { data: zero } })]);
    expect(Array.from(first?.data ?? [], Number)).toEqual(copy);
  });

  it('runs off the event loop, and two models at once', async () => {
    const [a, b] = await Promise.all([load(sorter), load(sorter)]);
    const pixels: PixelBuffer = { data: new Uint8Array(224 * 224 * 3), width: 224, height: 224, channels: 3 };
    const normalization = {
      mean: [127, 127, 127],
      std: [128, 128, 128],
      colorOrder: 'RGB',
      layout: 'NCHW',
    } as const;
    await a.run({ picture: pixels, normalization });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await Promise.all(
      [a, b].flatMap((engine) =>
        Array.from({ length: 10 }, () => engine.run({ picture: pixels, normalization })),
      ),
    );
    clearInterval(timer);
    // On the event loop the timer would have had at most one turn between two runs.
    expect(turns).toBeGreaterThan(20);
  });

  it('disposes once the runs that were asked for are done, and then refuses', async () => {
    const engine = await load(sorter);
    const pixels: PixelBuffer = { data: new Uint8Array(224 * 224 * 3), width: 224, height: 224, channels: 3 };
    const normalization = {
      mean: [127, 127, 127],
      std: [128, 128, 128],
      colorOrder: 'RGB',
      layout: 'NCHW',
    } as const;
    const runs = [1, 2].map(() => engine.run({ picture: pixels, normalization }));
    await engine.dispose();
    await engine.dispose();
    await expect(Promise.all(runs)).resolves.toHaveLength(2);
    await expect(engine.run({ picture: pixels, normalization })).rejects.toMatchObject({
      code: 'MODEL_DISPOSED',
    });
  });

  it.each([
    [
      'a shape',
      { data: { dtype: 'float32', shape: [1, 3, 4, 16], data: new Float32Array(192) } },
      /\[1, 3, 8, 8\]/,
    ],
    ['a type', { data: { dtype: 'uint8', shape: [1, 3, 8, 8], data: new Uint8Array(192) } }, /float32/],
    ['a name', { date: { dtype: 'uint8', shape: [1], data: new Uint8Array(1) } }, /name of an input: data/],
  ] as const)('refuses an input of a wrong kind: %s', async (_title, tensors, message) => {
    const engine = await load(onnxPath('float32_nchw'));
    await expect(engine.run({ tensors })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(engine.run({ tensors })).rejects.toThrow(message);
  });
});

describe('a model that ONNX Runtime cannot take', () => {
  it('with external data missing says which file', async () => {
    const file = path.join(folder, 'model.onnx');
    await copyFile(path.join(onnxPath('external_data'), 'model.onnx'), file);
    await expect(load(file)).rejects.toMatchObject({
      code: 'MODEL_DATA_MISSING',
      details: { path: file, file: path.join(folder, 'weights.bin') },
    });
  });

  it('with an operator of somebody else names it', async () => {
    await expect(load(onnxPath('unknown_operator'))).rejects.toMatchObject({
      code: 'MODEL_OPERATOR_UNSUPPORTED',
      message: expect.stringContaining('uses the operator com.example:Frobnicate') as string,
      remedy: expect.stringContaining('mli model compile') as string,
    });
  });

  it('with a type that has no numbers names the tensor and the type', async () => {
    await expect(load(onnxPath('strings'))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      details: { tensor: 'words', dtype: 'string' },
    });
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), /Protobuf parsing failed\./],
    ['empty', () => Buffer.alloc(0), /does not load: ModelProto does not have a graph\./],
    ['something else', () => Buffer.from('PK\x03\x04 no model'), /Protobuf parsing failed\./],
  ])('because it is %s says so with its own text', async (_title, damage, message) => {
    const file = path.join(folder, 'damaged.onnx');
    await writeFile(file, damage(await readFile(path.join(sorter, 'model.onnx'))));
    await expect(load(file)).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
    await expect(load(file)).rejects.toThrow(message);
  });

  it.each([
    ['nothing', 'nothing-here', 'ARTIFACT_NOT_FOUND'],
    ['a folder without one', '', 'ARTIFACT_INCOMPLETE'],
  ])('is refused: %s', async (_title, name, code) => {
    const empty = await mkdtemp(path.join(folder, 'empty-'));
    await expect(load(path.join(empty, name))).rejects.toMatchObject({ code });
  });

  it('because there are two is refused', async () => {
    const two = path.join(folder, 'two');
    await cp(onnxPath('float32_nchw'), two, { recursive: true });
    await copyFile(path.join(two, 'model.onnx'), path.join(two, 'other.onnx'));
    await expect(load(two)).rejects.toMatchObject({ code: 'ARTIFACT_AMBIGUOUS' });
  });

  it('because the library is another one is refused', async () => {
    const library = '/lib/x86_64-linux-gnu/libm.so.6';
    await expect(loadOnnx({ artifact: onnxPath('float32_nchw'), library })).rejects.toMatchObject({
      code: 'ONNXRUNTIME_UNLOADABLE',
    });
  });
});
