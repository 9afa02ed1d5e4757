import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBinding, type NativeLoadOptions } from '../../src/engines/native/binding.js';
import { buildFakeLibrary } from './fake-library.js';
import { toTypedArray } from './fixtures.js';
import type { DType, Tensor } from '../../src/types.js';

/** What only shows on a library that does not exist, or that fails on demand. */
describe('the addon', () => {
  const libraries: ReturnType<typeof buildFakeLibrary>[] = [];
  let newest: string;
  let withoutZeroCopy: string;
  let withoutRun: string;
  beforeAll(() => {
    libraries.push(
      buildFakeLibrary(),
      buildFakeLibrary('WITHOUT_ZERO_COPY'),
      buildFakeLibrary('WITHOUT_RUN'),
    );
    [newest, withoutZeroCopy, withoutRun] = libraries.map((one) => one.path) as [string, string, string];
  });
  afterAll(() => {
    for (const library of libraries) library.remove();
  });

  const load = (library: string, kind: string, rest?: Partial<NativeLoadOptions>) =>
    loadBinding().Model.load({
      library,
      path: `/model/${kind}`,
      runtime: 'dlr',
      deviceType: 1,
      deviceId: 0,
      threads: 1,
      ...rest,
    });

  const floats = (...values: number[]): Tensor => ({
    dtype: 'float32',
    shape: [values.length],
    data: Float32Array.from(values),
  });

  it('binds inputs to one aligned piece of memory where the library can, and copies them where it cannot', async () => {
    const bound = await load(newest, 'float32_3');
    const copied = await load(withoutZeroCopy, 'float32_3');
    expect([bound.metadata.zeroCopy, copied.metadata.zeroCopy]).toEqual([true, false]);
    for (const values of [
      [1, 2, 3],
      [4, 5, 6],
    ]) {
      for (const model of [bound, copied]) {
        expect((await model.run({ tensors: { input: floats(...values) } }))[0]).toEqual(floats(...values));
      }
    }
    const picture = { data: Uint8Array.of(7, 8, 9), width: 1, height: 1, channels: 3 } as const;
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1], colorOrder: 'BGR', layout: 'NHWC' } as const;
    for (const library of [newest, withoutZeroCopy]) {
      const model = await load(library, 'float32_1x1x3');
      const [echo, calls] = await model.run({ picture, normalization });
      expect(echo?.data).toEqual(Float32Array.of(7, 8, 9));
      expect(calls?.data).toEqual(library === newest ? Int32Array.of(0, 1, 1) : Int32Array.of(1, 0, 1));
      await model.dispose();
    }
    expect((await bound.run({ tensors: { input: floats(1, 2, 3) } }))[1]?.data).toEqual(
      Int32Array.of(0, 3, 1),
    );
    expect((await copied.run({ tensors: { input: floats(1, 2, 3) } }))[1]?.data).toEqual(
      Int32Array.of(3, 0, 1),
    );
    await Promise.all([bound.dispose(), copied.dispose()]);
  });

  it('does not bind the memory of the CPU to a model on another device', async () => {
    const model = await load(newest, 'float32_3', { deviceType: 2 });
    expect(model.metadata.zeroCopy).toBe(false);
    await model.dispose();
  });

  const dtypes: DType[] = [
    'float16',
    'float32',
    'float64',
    'int8',
    'uint8',
    'int16',
    'uint16',
    'int32',
    'uint32',
    'int64',
    'uint64',
    'bool',
  ];
  it.each(dtypes)('takes and gives %s', async (dtype) => {
    const tensor: Tensor = { dtype, shape: [2, 3], data: toTypedArray(dtype, [0, 1, 2, 3, 4, 100]) };
    for (const library of [newest, withoutZeroCopy]) {
      const model = await load(library, `${dtype}_2x3`);
      expect((await model.run({ tensors: { input: tensor } }))[0]).toEqual(tensor);
      await model.dispose();
    }
  });

  it('gives outputs whose shape is known after the run only', async () => {
    const model = await load(newest, 'float32_-1x-1');
    expect(model.metadata.outputs[0]).toEqual({ name: 'echo', dtype: 'float32', shape: [-1, -1] });
    for (const shape of [
      [2, 3],
      [3, 2],
      [1, 1],
    ]) {
      const data = Float32Array.from({ length: (shape[0] ?? 0) * (shape[1] ?? 0) }, (_, i) => i);
      expect((await model.run({ tensors: { input: { dtype: 'float32', shape, data } } }))[0]).toEqual({
        dtype: 'float32',
        shape,
        data,
      });
    }
    await model.dispose();
  });

  it('takes a picture for a model without a batch dimension, and for one with free dimensions', async () => {
    const picture = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 } as const;
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1], colorOrder: 'BGR', layout: 'NHWC' } as const;
    for (const [kind, shape] of [
      ['uint8_1x2x3', [1, 2, 3]],
      ['uint8_-1x-1x-1x3', [1, 1, 2, 3]],
    ] as const) {
      const model = await load(newest, kind);
      const [echo] = await model.run({ picture, normalization });
      expect(echo).toEqual({ dtype: 'uint8', shape, data: picture.data });
      await model.dispose();
    }
  });

  it('gives outputs that belong to the caller: later runs leave them alone, and they can be transferred', async () => {
    const model = await load(newest, 'float32_2');
    const [first] = await model.run({ tensors: { input: floats(1, 2) } });
    await model.run({ tensors: { input: floats(3, 4) } });
    await model.dispose();
    expect(first?.data).toEqual(Float32Array.of(1, 2));
    const { data } = first as Tensor & { data: { buffer: ArrayBuffer } };
    expect(structuredClone(data, { transfer: [data.buffer] })).toEqual(Float32Array.of(1, 2));
  });

  it.each([
    ['load_fails', 'MODEL_LOAD_FAILED', 'the model is made of cheese'],
    ['load_throws', 'MODEL_LOAD_FAILED', 'thrown while loading'],
  ])('rejects with the text of DLR or of the exception: %s', async (kind, code, text) => {
    await expect(load(newest, kind)).rejects.toMatchObject({
      code,
      details: { text: expect.stringContaining(text) as string },
    });
  });

  it.each([
    ['run_fails', 'out of cheese'],
    ['run_throws', 'thrown while running'],
  ])('rejects a run with the text of DLR or of the exception, and goes on: %s', async (kind, text) => {
    const model = await load(newest, kind);
    for (let i = 0; i < 2; i++) {
      await expect(model.run({ tensors: { input: floats(1) } })).rejects.toMatchObject({
        code: 'RUN_FAILED',
        details: { text: expect.stringContaining(text) as string },
      });
    }
    expect(model.getState()).toBe('idle');
    await model.dispose();
  });

  it('names the type that it cannot hand over', async () => {
    await expect(load(newest, 'json_1')).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      details: { tensor: 'input', dtype: 'json' },
    });
  });

  it('names the symbol that an old library lacks', async () => {
    await expect(load(withoutRun, 'float32_1')).rejects.toMatchObject({
      code: 'LIBDLR_TOO_OLD',
      details: { path: withoutRun, symbol: 'RunDLRModel' },
    });
  });

  it('passes on what the dynamic loader says of a library that does not open', async () => {
    await expect(load('/no/such/libdlr.so', 'float32_1')).rejects.toMatchObject({
      code: 'LIBDLR_UNLOADABLE',
      details: { path: '/no/such/libdlr.so', text: expect.stringContaining('No such file') as string },
    });
  });

  it.each<[string, unknown, object]>([
    ['no options', undefined, { option: 'options', expected: 'object', received: 'undefined' }],
    ['no runtime', {}, { option: 'runtime', expected: 'dlr or onnx', received: 'undefined' }],
    [
      'no library',
      { runtime: 'dlr', path: 'x' },
      { option: 'library', expected: 'path', received: 'undefined' },
    ],
    [
      'an empty path',
      { runtime: 'dlr', library: 'x', path: '' },
      { option: 'path', expected: 'path', received: 'string ""' },
    ],
    [
      'a path with a NUL',
      { runtime: 'dlr', library: 'x', path: 'a\0b' },
      { option: 'path', expected: 'path', received: 'string "a\0b"' },
    ],
    [
      'half a thread',
      { runtime: 'dlr', library: 'x', path: 'y', deviceType: 1, deviceId: 0, threads: 0.5 },
      { option: 'threads', expected: 'integer 1..1024', received: 'number 0.5' },
    ],
  ])('refuses to load with %s', async (_, options, details) => {
    await expect(loadBinding().Model.load(options as NativeLoadOptions)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details,
    });
  });
});
