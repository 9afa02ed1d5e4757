import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileModel } from '../../src/compile/index.js';
import { measureGolden } from '../../src/pipeline/golden.js';
import { obstacle, thisMachine } from '../../src/models/target.js';
import { openModel } from '../../src/pipeline/load-model.js';
import { madePython } from './made-environment.js';
import { smallOrder } from './small-order.js';

const crossCompiler = (process.env['PATH'] ?? '')
  .split(':')
  .some((one) => existsSync(`${one}/aarch64-linux-gnu-g++`));
const ready = ['onnx', 'tvm'].every(madePython);
if (!ready)
  console.log(
    'Skipped: a real compilation needs the environments onnx and tvm; npm run models:table makes and uses all of them.',
  );

describe.skipIf(!ready)('compiling an ONNX model', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'mli-compile-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const targets = ['x64-avx2', 'x64-avx512', ...(crossCompiler ? ['arm64'] : [])];
  const order = () => smallOrder('test/fixtures/onnx/float32_nchw', folder, targets);

  test(
    'gives a package whose targets compute what the framework computes',
    { timeout: 600_000 },
    async () => {
      const { manifest } = await compileModel(order(), { progress: () => undefined });
      expect(
        manifest.targets.map(({ name, minRuntimeVersion }) => `${name} ${minRuntimeVersion ?? ''}`),
      ).toEqual([
        'dlr-x64-avx2 1.5.0',
        'dlr-x64-avx512 1.5.0',
        ...(crossCompiler ? ['dlr-arm64 1.5.0'] : []),
        'onnx 1.12.0',
      ]);
      for (const target of manifest.targets.filter((one) => obstacle(one, thisMachine()) === undefined)) {
        const model = { folder: order().out, allowUnpinned: true, target: target.name };
        const { engine, package: opened } = await openModel({ model, dlr: { threads: 1, device: 'cpu' } });
        try {
          for (const { difference } of await measureGolden(opened, engine))
            expect(difference).toBeLessThan(1e-3);
        } finally {
          await engine.dispose();
        }
      }
    },
  );

  test('and mli model explain ends in one of them, with a reason for each of the others', () => {
    const args = ['dist/main.js', 'model', 'explain', order().out, '--allow-unpinned'];
    const tree = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(tree).toMatch(
      /^runtime: (dlr|onnx), target \S+: it is the (fastest of \d targets on this machine|only one)/m,
    );
    expect(tree).toMatch(/ dlr-x64-avx2 +\S.*median/);
    expect(tree).toMatch(/ dlr-x64-avx512 +(not used: this CPU lacks avx512f|DLR 1)/);
    if (crossCompiler)
      expect(tree).toMatch(/✗ dlr-arm64 +not used: it is for linux arm64, this machine is linux x64/);
    expect(tree).toMatch(/ onnx +\S.*median/);
  });

  test(
    'refuses what the model does not give, and wrong fields all at once',
    { timeout: 120_000 },
    async () => {
      const wrong = (more: object) => {
        const { draft } = order();
        return compileModel(
          { ...order(), out: path.join(folder, 'wrong'), draft: { ...draft, ...more } },
          { progress: () => undefined },
        );
      };
      await expect(wrong({ labels: ['glass'] })).rejects.toMatchObject({
        code: 'LABELS_MISMATCH',
        details: { labels: 1, outputs: 4 },
      });
      await expect(wrong({ version: 'new', decoder: { type: 'nonsense' } })).rejects.toThrow(
        /not valid: (?=.*version: )(?=.*decoder\.type: )/,
      );
    },
  );

  test('refuses a shape that the model cannot have, and writes nothing', { timeout: 120_000 }, async () => {
    const wrong = { ...order(), out: path.join(folder, 'wrong'), shapes: { data: [1, 3, 100, 100] } };
    await expect(compileModel(wrong, { progress: () => undefined })).rejects.toMatchObject({
      code: 'COMPILE_SHAPE_MISMATCH',
    });
    expect(existsSync(wrong.out)).toBe(false);
  });

  test('refuses a shape for an input that the model does not have', { timeout: 120_000 }, async () => {
    const wrong = { ...order(), out: path.join(folder, 'wrong'), shapes: { image: [1, 3, 8, 8] } };
    await expect(compileModel(wrong, { progress: () => undefined })).rejects.toMatchObject({
      code: 'COMPILE_MODEL_INVALID',
      message: expect.stringContaining('it has no input image (there: data)') as string,
    });
  });

  test('names an operator that nobody knows', { timeout: 120_000 }, async () => {
    const unknown = {
      ...order(),
      out: path.join(folder, 'unknown'),
      model: 'test/fixtures/onnx/unknown_operator',
    };
    await expect(compileModel(unknown, { progress: () => undefined })).rejects.toMatchObject({
      code: 'COMPILE_OPERATOR_UNSUPPORTED',
    });
    expect(existsSync(unknown.out)).toBe(false);
  });

  test('names the file of external data that is missing', { timeout: 120_000 }, async () => {
    const lonely = path.join(folder, 'lonely.onnx');
    const [file = ''] = readdirSync('test/fixtures/onnx/external_data').filter((name) =>
      name.endsWith('.onnx'),
    );
    copyFileSync(path.join('test/fixtures/onnx/external_data', file), lonely);
    const alone = { ...order(), out: path.join(folder, 'alone'), model: lonely };
    await expect(compileModel(alone, { progress: () => undefined })).rejects.toMatchObject({
      code: 'COMPILE_EXTERNAL_DATA_MISSING',
    });
  });
});
