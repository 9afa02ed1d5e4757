import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { getModel } from '../../src/compile/get/index.js';
import { parseClasses } from '../../src/compile/get/imagenet-labels.js';

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

test('names the models that there are, and what a model needs that no registry has', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-get-'));
  const cache = process.env['MLI_CACHE_DIR'];
  process.env['MLI_CACHE_DIR'] = folder;
  try {
    await expect(getModel({ name: 'resnet', targets: [] }, options)).rejects.toMatchObject({
      code: 'GET_MODEL_UNKNOWN',
      message: expect.stringContaining('efficientnet-lite0, yolox-nano') as string,
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
