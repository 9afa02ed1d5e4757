import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../src/engines/index.js';
import { loadBinding } from '../../src/engines/native/binding.js';
import { requireVersion, type VersionNeed } from '../../src/engines/runtime-version.js';
import { oldestOnnxRuntime } from '../../src/models/onnx-needs.js';
import { buildFakeLibrary } from '../native/fake-library.js';
import { fixturePath, libraryPath, obstacle, titleOf } from '../native/fixtures.js';
import { onnxPath } from './onnx/fixtures.js';

const dlr = { device: 'cpu', threads: 1 } as const;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-version-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model that needs a newer ONNX Runtime', () => {
  it('is refused before anything of it is read, with the versions and a remedy', async () => {
    const artifact = path.join(folder, 'nonsense.onnx');
    await writeFile(artifact, 'no model');
    const load = (minVersion: string) => loadEngine({ runtime: 'onnx', artifact, minVersion, dlr });
    await expect(load('99.0.0')).rejects.toMatchObject({
      code: 'MODEL_RUNTIME_TOO_OLD',
      message: expect.stringMatching(
        /needs ONNX Runtime 99\.0\.0 or newer, \S+\.so\.1 is 1\.\d+\.\d+/,
      ) as string,
    });
    await expect(load('1.17')).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
  });
});

describe.skipIf(obstacle())(titleOf('a compiled model that needs a newer DLR'), () => {
  it.each([
    ['1.6.0', undefined],
    ['1.5', undefined],
    ['1.6.1', 'MODEL_RUNTIME_TOO_OLD'],
    ['1.10.0', 'MODEL_RUNTIME_TOO_OLD'],
    ['2.0', 'MODEL_RUNTIME_TOO_OLD'],
  ])('at least %s', async (minVersion, code) => {
    const load = async () => {
      const artifact = fixturePath('small_convnet');
      const engine = await loadEngine({
        runtime: 'dlr',
        artifact,
        minVersion,
        dlr: { ...dlr, library: libraryPath() },
      });
      await engine.dispose();
    };
    if (code === undefined) await load();
    else await expect(load()).rejects.toMatchObject({ code, details: { actual: '1.6.0', minVersion } });
  });
});

it('a library that no digest knows is asked for its version', () => {
  const { path: library, remove } = buildFakeLibrary();
  const need = (minVersion: string): VersionNeed => ({ path: 'model', minVersion, runtime: 'dlr', library });
  expect(() => requireVersion(need('1.99.0'), loadBinding())).not.toThrow();
  expect(() => requireVersion(need('1.100.0'), loadBinding())).toThrow('needs DLR 1.100.0 or newer');
  // One that does not say its version is tried.
  expect(() => requireVersion(need('1.100.0'), loadBinding(), 'unknown')).not.toThrow();
  remove();
  const gone = { ...need('1.0.0'), library: path.join(folder, 'gone.so') };
  expect(() => requireVersion(gone, loadBinding())).toThrow('does not open');
});

it.each([
  undefined,
  7,
  {},
  { runtime: 'dlr' },
  { runtime: 'dlr', library: '' },
  { runtime: 'x', library: 'y' },
])('the addon refuses to ask %j for its version', (options) => {
  expect(() => loadBinding().runtimeVersion(options as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});

it('the oldest ONNX Runtime for a file is told by its opset and format', async () => {
  expect(await oldestOnnxRuntime(path.join(onnxPath('float32_nchw'), 'model.onnx'))).toBe('1.12.0');
  expect(await oldestOnnxRuntime('models/waste-sorter/onnx/model.onnx')).toBe('1.10.0');
  const file = path.join(folder, 'made.onnx');
  // Format 10, another domain's opset 3, the default domain's 21.
  const another = [0x42, 0x05, 0x0a, 0x01, 0x78, 0x10, 0x03];
  const made = (opset: number) => Buffer.from([0x08, 0x0a, ...another, 0x42, 0x02, 0x10, opset]);
  await writeFile(file, made(21));
  expect(await oldestOnnxRuntime(file)).toBe('1.18.0');
  await writeFile(file, made(90));
  expect(await oldestOnnxRuntime(file)).toBeUndefined();
  expect(await oldestOnnxRuntime('package.json')).toBeUndefined();
});
