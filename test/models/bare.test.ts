import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePythonLabels } from '../../src/models/python-literal.js';
import { openPackage } from '../../src/models/index.js';
import { loadModel } from '../../src/pipeline/load-model.js';
import { neoTarGz, sha256 } from './bundle.js';
import { model, RepositoryDesk } from './repository-desk.js';
import { tarGz } from './tarball.js';

let desk: RepositoryDesk;
beforeEach(async () => {
  desk = await RepositoryDesk.open();
});
afterEach(() => desk.close());

const meta = JSON.stringify({
  Requirements: { TargetDevice: 'ML_C5', TargetDeviceType: 'cpu' },
  Compilation: { CreatedTime: 1_600_000_000.5 },
  Model: {
    Inputs: [{ name: 'data', dtype: 'float32', shape: [1, 3, 16, 16] }],
    Outputs: [{ name: 'out', dtype: 'float32', shape: [1, 4] }],
  },
});
/** What the metadata cannot say. */
const manifest = {
  input: { colorOrder: 'RGB', mean: [0, 0, 0], std: [255, 255, 255], resize: { mode: 'stretch' } },
  decoder: { type: 'classification', activation: 'none' },
  labels: ['a', 'b', 'c', 'd'],
};

async function resolve(archive: Buffer, more: object = {}) {
  await writeFile(desk.path('model.tar.gz'), archive);
  return desk
    .repository()
    .resolve(
      'sorter',
      model({ type: 'file', path: desk.path('model.tar.gz'), sha256: sha256(archive) }, more),
    );
}

describe('a bare Neo tarball', () => {
  it('becomes a package that loads, from its metadata and the configuration', async () => {
    const request = await resolve(await neoTarGz('small_convnet', { 'compiled.meta': meta }), { manifest });
    const { stages } = await loadModel({
      model: request,
      dlr: { threads: 1, device: 'cpu' },
      preprocess: {},
    });
    try {
      expect(stages.model).toMatchObject({ name: 'sorter', digest: request.sha256, runtime: 'dlr' });
      expect(stages.engine.info.inputs).toMatchObject([{ name: 'data', shape: [1, 3, 16, 16] }]);
    } finally {
      await stages.engine.dispose();
    }
  });

  it('keeps its identity: the same bytes and the same configuration give the same digest', async () => {
    const archive = await neoTarGz('small_convnet', { 'compiled.meta': meta });
    const first = await resolve(archive, { manifest });
    expect((await resolve(archive, { manifest })).sha256).toBe(first.sha256);
    expect(
      (await resolve(archive, { manifest: { ...manifest, labels: ['a', 'b', 'c', 'e'] } })).sha256,
    ).not.toBe(first.sha256);
  });

  it('that brings its libdlr.so has it beside the model, with its digest', async () => {
    const { folder, sha256: digest } = await resolve(
      await neoTarGz('small_convnet', { 'compiled.meta': meta, 'libdlr.so': 'the library' }),
      { manifest },
    );
    const { target, artifact } = await openPackage({ folder, sha256: digest, allowUnpinned: false });
    expect(target.files['libdlr.so']).toBe(sha256('the library'));
    expect(await readFile(`${artifact}/libdlr.so`, 'utf8')).toBe('the library');
  });

  it('without metadata and configuration names all missing fields at once', async () => {
    await expect(resolve(await neoTarGz('small_convnet'))).rejects.toSatisfy(
      (error: { code: string; message: string }) => {
        for (const field of [
          'input.name',
          'input.shape',
          'input.dtype',
          'input.layout',
          'colorOrder',
          'mean',
          'std',
          'resize',
          'decoder',
          'labels',
        ]) {
          expect(error.message).toContain(field);
        }
        return error.code === 'MODEL_MANIFEST_INCOMPLETE';
      },
    );
  });

  it.each([
    ['a list', "['a', \"b\", u'c\\'s', 'd',]", ['a', 'b', "c's", 'd']],
    ['a dict', "{0: 'a',\n 1: 'b', 2: 'c', 3: 'd'}", ['a', 'b', 'c', 'd']],
    ['lines', 'a\nb\nc\nd\n', ['a', 'b', 'c', 'd']],
  ])('takes its labels from the artifact: %s', async (_title, text, labels) => {
    const { input, decoder } = manifest;
    const { folder, sha256: digest } = await resolve(
      await neoTarGz('small_convnet', { 'compiled.meta': meta, 'labels.txt': text }),
      { manifest: { input, decoder } },
    );
    expect((await openPackage({ folder, sha256: digest, allowUnpinned: false })).labels).toEqual(labels);
  });

  it.each([
    [
      'damaged metadata',
      { 'compiled.meta': '{"Model": 7}' },
      manifest,
      'MODEL_NOT_RUNNABLE',
      /Model\.Inputs/,
    ],
    [
      'two inputs',
      {
        'compiled.meta': JSON.stringify({
          Model: { Inputs: [1, 2].map((i) => ({ name: `i${i}`, dtype: 'float32', shape: [1] })) },
        }),
      },
      manifest,
      'MODEL_NOT_RUNNABLE',
      /2 inputs/,
    ],
    [
      'labels that are not there',
      { 'compiled.meta': meta },
      { ...manifest, labels: '../../etc/passwd' },
      'MODEL_NOT_RUNNABLE',
      /only/,
    ],
    [
      'a channel too few',
      { 'compiled.meta': meta },
      { ...manifest, input: { ...manifest.input, mean: [0] } },
      'MODEL_MANIFEST_INVALID',
      /input\.mean/,
    ],
  ])('with %s is refused', async (_title, files, config, code, message) => {
    await expect(
      resolve(await neoTarGz('small_convnet', files as Record<string, string>), { manifest: config }),
    ).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    });
  });
});

it.each([
  [
    'an MXNet model',
    ['model_algo_1-symbol.json', 'model_algo_1-0000.params'],
    /a model of MXNet, which has not been compiled/,
  ],
  ['an XGBoost model', ['xgboost-model'], /XGBoost/],
  ['a SavedModel', ['saved_model.pb'], /TensorFlow/],
  ['something else', ['readme.md'], /no model\.json and no compiled library \(there: readme\.md\)/],
  ['nothing', [], /no files/],
])('a SageMaker tarball with %s says what it is', async (_title, names, message) => {
  await expect(
    resolve(tarGz([{ name: './', type: '5' }, ...names.map((name) => ({ name, content: 'x' }))])),
  ).rejects.toMatchObject({
    code: 'MODEL_NOT_RUNNABLE',
    message: expect.stringMatching(message) as unknown,
  });
});

describe('labels as a Python literal', () => {
  it.each([
    "['a'",
    "{1: 'a'}",
    "{0: 'a', 0: 'b'}",
    '[1, 2]',
    "['a' 'b']",
    "__import__('os')",
    "['a', open('x')]",
  ])('refuses %s', (text) => {
    expect(() => parsePythonLabels(text)).toThrow();
  });
});
