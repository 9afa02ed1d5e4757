import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLabels } from '../../src/models/labels.js';
import { neoTarGz } from '../models/bundle.js';
import { tarGz } from '../models/tarball.js';
import { madePython } from '../compile/made-environment.js';
import { obstacle, titleOf } from '../native/fixtures.js';
import { onnxPath } from '../engines/onnx/fixtures.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** `mli model …`, as somebody types it. */
async function model(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, ['dist/main.js', 'model', ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe.skipIf(obstacle())(titleOf('mli model explain'), () => {
  it('ends in the fastest target of a package, with a reason for each', async () => {
    const { code, stdout } = await model('explain', 'models/waste-sorter');
    expect(code).toBe(0);
    expect(stdout).toMatch(/● (dlr-x64-avx2|dlr-x64-avx512|onnx) .*median \d+\.\d ms/);
    expect(stdout).toMatch(
      /^runtime: (dlr|onnx), target \S+: it is the fastest of \d targets on this machine$/m,
    );
  });

  it('ends in ONNX Runtime for an .onnx file', async () => {
    const { code, stdout } = await model(
      'explain',
      '--json',
      path.join(onnxPath('float32_nchw'), 'model.onnx'),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ chosen: { runtime: 'onnx' }, steps: [{ outcome: 'good' }] });
  });

  it('ends in DLR for a bare tarball, which it loads only where somebody vouches for it', async () => {
    const file = path.join(folder, 'neo.tar.gz');
    await writeFile(file, await neoTarGz('small_convnet'));
    const looked = await model('explain', file);
    expect(looked.stdout).toMatch(/fits, not loaded\nruntime: dlr/);
    const loaded = await model('explain', file, '--allow-unpinned');
    expect(loaded.stdout).toMatch(/● dlr {2}DLR 1\.6\.0 \(tvm\), loaded in/);
    expect(loaded.stdout).toContain('input.colorOrder');
  });

  it('ends in the command that helps for what a SageMaker training job leaves', async () => {
    const file = path.join(folder, 'model.tar.gz');
    const names = [
      'image-classification-symbol.json',
      'image-classification-0010.params',
      'model-shapes.json',
    ];
    await writeFile(file, tarGz(names.map((name) => ({ name, content: '{}' }))));
    const { code, stderr } = await model('explain', file);
    expect(code).toBe(1);
    expect(stderr).toContain('a model of MXNet, which has not been compiled');
    expect(stderr).toContain(`mli model compile ${file} --framework mxnet --out`);
  });
});

/** MXNet's own, where `mli model compile` has made its environment once. */
const mxnet = madePython('tvm') && madePython('mxnet');
if (!mxnet)
  console.log(
    'Skipped: genuine artifacts of MXNet need the environments mxnet and tvm; npm run models:table makes them.',
  );

describe.skipIf(!mxnet)('a genuine artifact of a SageMaker training job in MXNet', () => {
  beforeAll(() => run(mxnet ?? '', ['scripts/models-table/make_mxnet.py', folder]));

  it.each([
    ['script mode', 'model', '0000'],
    ['image classification', 'image-classification', '0010'],
  ])('of %s ends in the command that helps', async (_title, prefix, epoch) => {
    const files = [
      { name: `${prefix}-symbol.json`, content: await readFile(path.join(folder, 'model-symbol.json')) },
      { name: `${prefix}-${epoch}.params`, content: await readFile(path.join(folder, 'model-0000.params')) },
      { name: 'model-shapes.json', content: await readFile(path.join(folder, 'model-shapes.json')) },
    ];
    const file = path.join(folder, 'output.tar.gz');
    await writeFile(file, tarGz(files));
    const { code, stderr } = await model('explain', file);
    expect(code).toBe(1);
    expect(stderr).toContain('it is a model of MXNet, which has not been compiled');
    const [, command = ''] = /Compile it: mli model (compile .*? --out )<folder>/.exec(stderr) ?? [];
    // The command takes it, and says what only its owner knows.
    const out = path.join(folder, 'compiled');
    const compiled = await model(...command.trim().split(' '), out);
    expect(compiled.stderr).toMatch(/input\.colorOrder.*input\.mean.*decoder.*labels/);
    expect(existsSync(out)).toBe(false);
  });
});

describe('mli model pack', () => {
  it('makes a package whose golden samples hold what the reference computes, and verify finds them right', async () => {
    const out = path.join(folder, 'packed');
    await mkdir(path.join(folder, 'draft/onnx'), { recursive: true });
    await copyFile(
      path.join(onnxPath('uint8_nhwc'), 'model.onnx'),
      path.join(folder, 'draft/onnx/model.onnx'),
    );
    await copyFile('models/waste-sorter/golden/09-glass.png', path.join(folder, 'draft/glass.png'));
    await writeFile(path.join(folder, 'draft/labels.txt'), "{0: 'a', 1: 'b', 2: 'c'}");
    const draft = {
      manifestVersion: 1,
      name: 'colours',
      version: '1.0.0',
      task: 'classification',
      input: {
        name: 'picture',
        shape: [1, 6, 8, 3],
        dtype: 'uint8',
        layout: 'NHWC',
        colorOrder: 'RGB',
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: { mode: 'stretch' },
      },
      decoder: { type: 'classification', activation: 'none' },
      labels: 'labels.txt',
      targets: [{ name: 'onnx', runtime: 'onnx', path: 'onnx' }],
      golden: [{ input: 'glass.png', tolerance: 0.001 }],
      license: 'Apache-2.0',
    };
    const file = path.join(folder, 'draft/draft.json');
    await writeFile(file, JSON.stringify(draft));
    expect(await model('pack', file, '--out', out)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('reference: onnx') as string,
    });
    const golden = JSON.parse(await readFile(path.join(out, 'glass.json'), 'utf8')) as {
      outputs: { 0: { data: number[] } };
    };
    expect(golden.outputs[0].data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const verified = await model('verify', out, '--allow-unpinned');
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('largest difference 0') as string,
    });
    expect(await model('verify', out)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('neither pinned nor signed') as string,
    });
    await writeFile(
      file,
      JSON.stringify({ ...draft, version: 'new', golden: [{ input: '../x.png', tolerance: 0 }] }),
    );
    const { stderr } = await model('pack', file, '--out', path.join(folder, 'bad'));
    for (const field of ['version', 'golden.0.input', 'golden.0.tolerance']) expect(stderr).toContain(field);
  });
});

it.each([
  ['lines', 'glass\npaper\n\n', ['glass', 'paper']],
  ['a JSON list', '["glass", "paper"]', ['glass', 'paper']],
  ['a JSON object', '{"1": "paper", "0": "glass"}', ['glass', 'paper']],
  ['a Python dict', "{0: 'glass', 1: 'paper'}", ['glass', 'paper']],
  ['lines that begin with a bracket', '[unknown]\nglass', ['[unknown]', 'glass']],
])('labels are read as %s', (_title, text, labels) => {
  expect(parseLabels(text)).toEqual(labels);
});
