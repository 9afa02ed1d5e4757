import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outline, readDraft } from '../../src/compile/draft.js';
import { frameworks } from '../../src/compile/framework.js';
import { encodePng } from '../../src/compile/golden/png.js';
import { pictureTensor } from '../../src/compile/golden/picture-tensor.js';
import { refuseStrangers } from '../../src/models/write-package.js';
import { findSourceModel } from '../../src/compile/source-model.js';
import { chooseTargets } from '../../src/compile/target.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'mli-compile-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const frameworkOf = async (name: string, content = '') => {
  writeFileSync(path.join(folder, name), content);
  return (await findSourceModel(path.join(folder, name), undefined, folder)).framework.name;
};

test('tells the framework by the file', async () => {
  expect(await frameworkOf('a.onnx')).toBe('onnx');
  expect(await frameworkOf('model-symbol.json')).toBe('mxnet');
  expect(await frameworkOf('b.json', '{"learner":{}}')).toBe('xgboost');
  expect(await frameworkOf('b.txt', 'tree\nversion=v3\n')).toBe('lightgbm');
  expect(await frameworkOf('xgboost-model')).toBe('xgboost');
  await expect(frameworkOf('c.bin')).rejects.toMatchObject({ code: 'COMPILE_MODEL_UNKNOWN' });
});

test('finds the model in a folder, and asks where it holds several', async () => {
  mkdirSync(path.join(folder, 'model'));
  writeFileSync(path.join(folder, 'model/image-symbol.json'), '');
  writeFileSync(path.join(folder, 'model/image-0000.params'), '');
  expect((await findSourceModel(folder, undefined, folder)).framework.name).toBe('mxnet');
  writeFileSync(path.join(folder, 'model/other.onnx'), '');
  await expect(findSourceModel(folder, undefined, folder)).rejects.toMatchObject({
    message: expect.stringContaining('image-symbol.json, other.onnx') as string,
  });
});

test('names the package of a cross compiler that is missing, and the targets that there are', async () => {
  await expect(chooseTargets(frameworks.onnx, ['arm64'], { PATH: folder })).rejects.toMatchObject({
    code: 'COMPILE_TOOL_MISSING',
    remedy: expect.stringContaining('apt-get install g++-aarch64-linux-gnu') as string,
  });
  await expect(chooseTargets(frameworks.onnx, ['mips'])).rejects.toMatchObject({
    message: expect.stringContaining('x64-avx2, x64-avx512, arm64, arm') as string,
  });
});

test('names everything that the model does not say of itself, at once', async () => {
  const draft = await readDraft({ set: ['input.colorOrder=RGB'] });
  const tensor = { name: 'image', dtype: 'float32' as const, shape: [1, 3, 8, 8] };
  const description = { framework: 'onnx', inputs: [tensor], outputs: [tensor], notes: [] };
  expect(() => outline(draft, description, 'a.onnx')).toThrow(
    /input\.mean.*input\.std.*input\.resize.*decoder.*labels/,
  );
});

test('makes rows of features of trees, one channel each', async () => {
  const draft = await readDraft({ set: ['labels=[a, b]'] });
  const tensor = { name: 'data', dtype: 'float32' as const, shape: [-1, 2] };
  const { input } = outline(
    draft,
    { framework: 'x', inputs: [tensor], outputs: [tensor], notes: [] },
    'm.json',
  );
  expect(input).toMatchObject({ kind: 'samples', shape: [1, 2], channels: ['feature-1', 'feature-2'] });
});

test('does not write over a folder that is no model package', async () => {
  writeFileSync(path.join(folder, 'mine.txt'), 'work of a year');
  await expect(refuseStrangers(folder)).rejects.toMatchObject({ code: 'COMPILE_OUTPUT_EXISTS' });
});

test('normalises a picture as the addon does', () => {
  const picture = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 as const };
  const rules = { mean: [1, 2, 3], std: [2, 2, 2] };
  const floats = (order: 'RGB' | 'BGR', layout: 'NCHW' | 'NHWC') => {
    const bytes = pictureTensor(picture, { ...rules, colorOrder: order, layout }, 'float32');
    return [...new Float32Array(bytes.buffer, bytes.byteOffset, 6)];
  };
  expect(floats('RGB', 'NCHW')).toEqual([1, 2.5, 0, 1.5, -1, 0.5]);
  expect(floats('BGR', 'NHWC')).toEqual([0, 0, 0, 1.5, 1.5, 1.5]);
  const half = pictureTensor(picture, { ...rules, colorOrder: 'BGR', layout: 'NHWC' }, 'int8');
  expect([...new Int8Array(half)]).toEqual([0, 0, 0, 2, 2, 2]);
});

test('writes PNG files that hold the pixels', () => {
  const png = encodePng({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 });
  const length = png.readUInt32BE(33);
  expect(png.subarray(37, 41).toString()).toBe('IDAT');
  expect([...inflateSync(png.subarray(41, 41 + length))]).toEqual([0, 3, 2, 1, 6, 5, 4]);
  expect(png.readUInt32BE(41 + length)).toBe(crc32(png.subarray(37, 41 + length)));
});
