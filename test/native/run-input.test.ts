import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBinding, type NativeModel } from '../../src/engines/native/binding.js';
import type { EngineInput } from '../../src/engines/index.js';
import { fixtureCases, loadOptions, obstacle, titleOf } from './fixtures.js';

type Details = [input: string, expected: string, received: string];

describe.skipIf(obstacle())(titleOf('run() refuses, before DLR sees it,'), () => {
  let mixed: NativeModel;
  let trees: NativeModel;
  let picture: NativeModel;
  const good = fixtureCases('two_inputs')[0]?.inputs ?? {};
  const [features, rows] = [good['features'], good['rows']];

  beforeAll(async () => {
    const { Model } = loadBinding();
    mixed = await Model.load(loadOptions('two_inputs'));
    trees = await Model.load(loadOptions('trees'));
    picture = await Model.load(loadOptions('uint8_picture'));
  });
  afterAll(() => Promise.all([mixed, trees, picture].map((model) => model.dispose())));

  const refuses = async (model: NativeModel, input: unknown, [name, expected, received]: Details) => {
    await expect(model.run(input as EngineInput)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { input: name, expected, received },
    });
    expect(model.getState()).toBe('idle');
  };

  it.each<[string, unknown, Details]>([
    ['no input', undefined, ['input', 'object', 'undefined']],
    ['neither tensors nor a picture', {}, ['picture', 'object', 'undefined']],
    ['tensors that are no object', { tensors: 'x' }, ['tensors', 'object', 'string "x"']],
    [
      'an unknown name',
      { tensors: { ...good, colour: rows } },
      ['colour', 'name of an input: features, rows', '"colour"'],
    ],
    ['a missing tensor', { tensors: { rows } }, ['features', 'float32 [4, 6]', 'undefined']],
    ['a tensor that is none', { tensors: { features, rows: 3.5 } }, ['rows', 'int64 [3]', 'number 3.5']],
    [
      'a wrong type',
      { tensors: { ...good, rows: { ...rows, dtype: 'int32' } } },
      ['rows.dtype', 'int64', 'string "int32"'],
    ],
    [
      'no type',
      { tensors: { ...good, rows: { ...rows, dtype: undefined } } },
      ['rows.dtype', 'int64', 'undefined'],
    ],
    [
      'a shape of another size',
      { tensors: { ...good, rows: { ...rows, shape: [4] } } },
      ['rows.shape', '[3]', '[4]'],
    ],
    [
      'a shape of another rank',
      { tensors: { ...good, rows: { ...rows, shape: [1, 3] } } },
      ['rows.shape', '[3]', '[1, 3]'],
    ],
    [
      'a shape that is none',
      { tensors: { ...good, rows: { ...rows, shape: 3 } } },
      ['rows.shape', 'array', 'number 3'],
    ],
    [
      'a negative dimension',
      { tensors: { ...good, rows: { ...rows, shape: [-1] } } },
      ['rows.shape[0]', 'integer of at least 1', 'number -1'],
    ],
    [
      'a dimension that is no integer',
      { tensors: { ...good, rows: { ...rows, shape: [NaN] } } },
      ['rows.shape[0]', 'integer of at least 1', 'number nan'],
    ],
    [
      'a shape without end',
      { tensors: { ...good, rows: { ...rows, shape: Array(2 ** 32 - 1) } } },
      ['rows.shape', 'at most 32 dimensions', '4294967295'],
    ],
    [
      'an array of another class',
      { tensors: { ...good, rows: { ...rows, data: new Int32Array(3) } } },
      ['rows.data', 'BigInt64Array', 'Int32Array of 3 elements'],
    ],
    [
      'a plain array',
      { tensors: { ...good, rows: { ...rows, data: [1n, 2n, 3n] } } },
      ['rows.data', 'BigInt64Array', 'array'],
    ],
    [
      'an array that is too short',
      { tensors: { ...good, rows: { ...rows, data: new BigInt64Array(2) } } },
      ['rows.data', 'BigInt64Array of 3 elements', 'BigInt64Array of 2 elements'],
    ],
    [
      'an array that is too long',
      { tensors: { ...good, rows: { ...rows, data: new BigInt64Array(4) } } },
      ['rows.data', 'BigInt64Array of 3 elements', 'BigInt64Array of 4 elements'],
    ],
    [
      'a picture for one of two inputs that is not named',
      { picture: {}, normalization: {} },
      ['pictureInput', 'name of an input: features, rows', 'undefined'],
    ],
    [
      'a picture without the other input',
      { picture: {}, normalization: {}, pictureInput: 'features' },
      ['tensors', 'object', 'undefined'],
    ],
  ])('%s', async (_, input, details) => {
    await refuses(mixed, input, details);
  });

  it.each<[string, number[], number, Details]>([
    ['no rows', [0, 5], 0, ['data.shape[0]', 'integer of at least 1', 'number 0']],
    ['too few features', [2, 4], 8, ['data.shape', '[-1, 5]', '[2, 4]']],
    [
      'fewer values than rows',
      [3, 5],
      10,
      ['data.data', 'Float32Array of 15 elements', 'Float32Array of 10 elements'],
    ],
    [
      'more rows than memory can hold',
      [2 ** 52, 5],
      5,
      ['data.data', 'Float32Array of 22517998136852480 elements', 'Float32Array of 5 elements'],
    ],
    [
      'more rows than can be counted',
      [2 ** 53, 5, 2 ** 53],
      5,
      ['data.shape', '[-1, 5]', '[9007199254740992, 5, 9007199254740992]'],
    ],
  ])('%s of a tree model', async (_, shape, length, details) => {
    await refuses(
      trees,
      { tensors: { data: { dtype: 'float32', shape, data: new Float32Array(length) } } },
      details,
    );
  });

  const pixels = { data: new Uint8Array(12 * 16 * 3), width: 16, height: 12, channels: 3 };
  const normalization = { mean: [0, 0, 0], std: [1, 1, 1], colorOrder: 'RGB', layout: 'NHWC' };
  it.each<[string, object, object, Details]>([
    [
      'a picture that is turned',
      { ...pixels, width: 12, height: 16 },
      {},
      ['picture', 'uint8 [1, 12, 16, 3]', '[1, 16, 12, 3]'],
    ],
    [
      'a layout that the model does not have',
      pixels,
      { layout: 'NCHW' },
      ['picture', 'uint8 [1, 12, 16, 3]', '[1, 3, 12, 16]'],
    ],
    ['an unknown layout', pixels, { layout: 'CHW' }, ['normalization.layout', 'NCHW or NHWC', 'CHW']],
    [
      'an unknown order',
      pixels,
      { colorOrder: 'RBG' },
      ['normalization.colorOrder', 'RGB, BGR or GRAY', 'RBG'],
    ],
    ['four channels', { ...pixels, channels: 4 }, {}, ['picture.channels', '1 or 3', '4']],
    [
      'a colour picture for a grey tensor',
      pixels,
      { colorOrder: 'GRAY', mean: [0], std: [1] },
      ['picture.channels', '1', '3'],
    ],
    [
      'a mean for two channels',
      pixels,
      { mean: [0, 0] },
      ['normalization.mean', 'array of 3 numbers', 'array'],
    ],
    ['a mean that is text', pixels, { mean: [0, '0', 0] }, ['normalization.mean[1]', 'number', 'string "0"']],
    [
      'an infinite mean',
      pixels,
      { mean: [0, 0, Infinity] },
      ['normalization.mean[2]', 'finite number', 'number inf'],
    ],
    ['a deviation of zero', pixels, { std: [1, 0, 1] }, ['normalization.std[1]', 'number other than 0', '0']],
    [
      'no width',
      { ...pixels, width: undefined },
      {},
      ['picture.width', 'integer of at least 1', 'undefined'],
    ],
    [
      'too few pixels',
      { ...pixels, data: new Uint8Array(5) },
      {},
      ['picture.data', 'Uint8Array of 576 elements', 'Uint8Array of 5 elements'],
    ],
    [
      'pixels of another type',
      { ...pixels, data: new Float32Array(576) },
      {},
      ['picture.data', 'Uint8Array', 'Float32Array of 576 elements'],
    ],
  ])('%s', async (_, input, changes, details) => {
    await refuses(picture, { picture: input, normalization: { ...normalization, ...changes } }, details);
  });

  it('an array that was transferred away', async () => {
    const data = new BigInt64Array(3);
    structuredClone(data, { transfer: [data.buffer] });
    await refuses(mixed, { tensors: { ...good, rows: { ...rows, data } } }, [
      'rows.data',
      'BigInt64Array of 3 elements',
      'BigInt64Array of 0 elements',
    ]);
  });

  it('an array that a getter of another tensor transfers away', async () => {
    const data = new Float32Array(24);
    const tensors = {
      features: { ...features, data },
      get rows() {
        if (data.length > 0) structuredClone(data, { transfer: [data.buffer] });
        return rows;
      },
    };
    await refuses(mixed, { tensors }, [
      'features.data',
      'Float32Array of 24 elements',
      'Float32Array of 0 elements',
    ]);
  });

  it('an array on a resizable buffer, which could shrink in the middle of a run', async () => {
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    const data = new BigInt64Array(new Resizable(24, { maxByteLength: 64 }));
    await refuses(mixed, { tensors: { ...good, rows: { ...rows, data } } }, [
      'rows.data',
      'BigInt64Array of a fixed ArrayBuffer',
      'BigInt64Array of a resizable one',
    ]);
  });

  it('but passes an exception of a getter on', async () => {
    const input = {
      get tensors(): never {
        throw new RangeError('mine');
      },
    };
    await expect((async () => mixed.run(input))()).rejects.toThrow(new RangeError('mine'));
  });

  it('and takes a view in the middle of a larger buffer', async () => {
    const data = new BigInt64Array(8).fill(99n);
    data.set([0n, 3n, 1n], 2);
    const outputs = await mixed.run({
      tensors: { ...good, rows: { dtype: 'int64', shape: [3], data: data.subarray(2, 5) } },
    });
    expect(outputs[1]?.data).toEqual(fixtureCases('two_inputs')[0]?.outputs[1]?.data);
  });
});
