import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { getModel } from '../../src/compile/get/index.js';
import { parseLabelList } from '../../src/compile/get/coco-detector.js';
import { parseClasses } from '../../src/compile/get/imagenet-labels.js';
import { writeOnnx } from '../../src/compile/get/maker.js';
import { outOfReach } from '../decode/got-model.js';

const options = { progress: () => undefined };

test('reads class names that are strings of several pieces and both kinds of quotes', () => {
  const text = `exports.X = {\n 0: 'tench, Tinca tinca',\n 1: 'great white shark, ' +\n 'white shark',\n 2: "jack-o'-lantern" };`;
  expect(parseClasses(text)).toEqual([
    'tench, Tinca tinca',
    'great white shark, white shark',
    "jack-o'-lantern",
  ]);
  expect(() => parseClasses(`0: 'a', 2: 'b'`)).toThrow('class 1 is missing');
});

test('reads a list of classes that counts from 1', () => {
  const text = `[\n { class: 1, label: 'person' },\n { class: 2, label: 'traffic light' },\n];`;
  expect(parseLabelList(text)).toEqual(['person', 'traffic light']);
  expect(() => parseLabelList(`{ class: 1, label: 'a' }, { class: 3, label: 'b' }`)).toThrow(
    'class 2 is missing',
  );
  expect(() => parseLabelList('')).toThrow('class 1 is missing');
});

test('names the operators of a TensorFlow.js graph that it cannot write', async ({ skip }) => {
  const work = mkdtempSync(path.join(tmpdir(), 'mli-tfjs-'));
  try {
    const model = path.join(work, 'model.json');
    const node = [
      { name: 'image', op: 'Placeholder', attr: { shape: { shape: { dim: [] } } } },
      { name: 'a', op: 'Elu', input: ['image'] },
      { name: 'heat', op: 'Softplus', input: ['a'] },
      { name: 'unused', op: 'TopKV2', input: ['heat'] },
    ];
    writeFileSync(model, JSON.stringify({ modelTopology: { node }, weightsManifest: [] }));
    const request = { model, outputs: { heat: [1] } };
    const writing = { program: 'tfjs_model.py', request, framework: 'TensorFlow.js', model };
    const failure: unknown = await writeOnnx(writing, { name: 'm', from: undefined, work, options }).catch(
      (error: unknown) => error,
    );
    if (outOfReach(failure)) skip('needs a CPython from 3.8 to 3.12 and the ONNX packages of PyPI');
    expect(failure).toMatchObject({
      code: 'COMPILE_OPERATOR_UNSUPPORTED',
      details: { operators: ['Elu', 'Softplus'] },
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

test('names the models that there are, and what a model needs that no registry has', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-get-'));
  const cache = process.env['MLI_CACHE_DIR'];
  process.env['MLI_CACHE_DIR'] = folder;
  try {
    await expect(getModel({ name: 'resnet', targets: [] }, options)).rejects.toMatchObject({
      code: 'GET_MODEL_UNKNOWN',
      message: expect.stringContaining('coco-detector, efficientnet-lite0, yolox-nano') as string,
    });
    // A name that every object has is no model either.
    await expect(getModel({ name: 'constructor', targets: [] }, options)).rejects.toMatchObject({
      code: 'GET_MODEL_UNKNOWN',
    });
    await expect(getModel({ name: 'yolox-nano', targets: [] }, options)).rejects.toMatchObject({
      message: expect.stringContaining('--from') as string,
    });
    await expect(
      getModel({ name: 'yolox-nano', targets: [], from: path.join(folder, 'no.onnx') }, options),
    ).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' });
  } finally {
    if (cache === undefined) delete process.env['MLI_CACHE_DIR'];
    else process.env['MLI_CACHE_DIR'] = cache;
    rmSync(folder, { recursive: true, force: true });
  }
});
