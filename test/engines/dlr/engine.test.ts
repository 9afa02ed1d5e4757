import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type {
  Binding,
  NativeLoadOptions,
  NativeMetadata,
  NativeModel,
} from '../../../src/engines/native/binding.js';
import { loadDlr } from '../../../src/engines/dlr/engine.js';
import type { EngineInput } from '../../../src/engines/index.js';
import { EdgeError } from '../../../src/errors/index.js';
import { fixtureCases, fixturePath, libraryPath, obstacle, titleOf } from '../../native/fixtures.js';

const metadata: NativeMetadata = {
  inputs: [
    { name: 'features', dtype: 'float32', shape: [4, 6] },
    { name: 'rows', dtype: 'int64', shape: [3] },
  ],
  outputs: [{ name: 'output0', dtype: 'float32', shape: [3, 5] }],
  backend: 'tvm',
  libraryVersion: '1.6.0',
  threads: 2,
  weights: 1,
  zeroCopy: false,
};

/** An error as the addon makes it. */
const nativeError = (code: string, details: Record<string, string>) =>
  Object.assign(new Error(code), { code, details });

/** A binding without the addon. */
class FakeBinding implements Binding {
  readonly loads: NativeLoadOptions[] = [];
  readonly dispose = vi.fn(() => Promise.resolve());
  run = vi.fn<NativeModel['run']>(() => Promise.resolve([]));
  runtimeVersion = vi.fn(() => '1.6.0');
  shutdown = vi.fn();
  failure: Error | undefined;

  constructor(private readonly reported: NativeMetadata = metadata) {}

  readonly Model = {
    load: (options: NativeLoadOptions): Promise<NativeModel> => {
      this.loads.push(options);
      if (this.failure) return Promise.reject(this.failure);
      return Promise.resolve({
        metadata: this.reported,
        getState: () => 'idle',
        getLastRunMs: () => ({ all: 0, model: 0 }),
        run: this.run,
        dispose: this.dispose,
      });
    },
  };
}

const artifact = fixturePath('two_inputs');
const input: EngineInput = { tensors: {} };

// The library is looked for, and its digest checked, before the binding is asked.
describe.skipIf(obstacle())(titleOf('the DLR engine'), () => {
  const load = (binding: FakeBinding, rest?: object) =>
    loadDlr({ artifact, library: libraryPath(), ...rest }, binding);

  it('hands the folder of the model to the addon', async () => {
    const binding = new FakeBinding();
    await load(binding, { threads: 2, device: 'gpu' });
    expect(binding.loads).toEqual([
      { runtime: 'dlr', library: libraryPath(), path: artifact, deviceType: 2, deviceId: 0, threads: 2 },
    ]);
  });

  it.skipIf(obstacle('1.5.0')).each(['1.6.0', '1.5.0'])(
    "loads a model with Neo's other files beside it in DLR %s",
    async (version) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'mli-neo-'));
      try {
        await cp(artifact, folder, { recursive: true });
        for (const name of ['version.json', 'manifest.json', 'model-shapes.json'])
          await writeFile(path.join(folder, name), '{}');
        await symlink(libraryPath(version), path.join(folder, 'libdlr.so'));
        const before = (await readdir(tmpdir())).filter((name) => name.startsWith('mli-model-'));
        const engine = await loadDlr({ artifact: folder, library: libraryPath(version) });
        expect(engine.info).toMatchObject({ runtimeVersion: version, inputs: metadata.inputs });
        expect((await readdir(tmpdir())).filter((name) => name.startsWith('mli-model-'))).toEqual(before);
        await engine.dispose();
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  it('uses one thread of the CPU where nothing else is asked for', async () => {
    const binding = new FakeBinding();
    await load(binding);
    expect(binding.loads[0]).toMatchObject({ deviceType: 1, threads: 1 });
  });

  it('says what the model is', async () => {
    const { inputs, outputs } = metadata;
    expect((await load(new FakeBinding())).info).toEqual({
      runtime: 'dlr',
      backend: 'tvm',
      runtimeVersion: '1.6.0',
      inputs,
      outputs,
      threads: 2,
    });
  });

  it('refuses a model whose graph contradicts DLR, and disposes of it', async () => {
    const [features, rows] = metadata.inputs;
    if (!features || !rows) throw new Error('no inputs');
    for (const wrong of [
      [features, { ...rows, dtype: 'float32' as const }],
      [features, { ...rows, shape: [4] }],
      [features],
    ]) {
      const binding = new FakeBinding({ ...metadata, inputs: wrong });
      await expect(load(binding)).rejects.toMatchObject({
        code: 'MODEL_LOAD_FAILED',
        message: expect.stringContaining(
          'the graph declares the input "rows" as int64 [3], DLR reports',
        ) as string,
      });
      expect(binding.dispose).toHaveBeenCalledOnce();
    }
  });

  it.each<[string, Record<string, string>, string, string]>([
    [
      'MODEL_LOAD_FAILED',
      { path: 'files', text: 'Check failed: no cheese.\nStack trace:\n  [bt] (0) x' },
      'MODEL_LOAD_FAILED',
      `The model in ${artifact} does not load: Check failed: no cheese.`,
    ],
    [
      'MODEL_LOAD_FAILED',
      {
        path: 'files',
        text: '[08:49:49] /src/a.cc:1: Note\n[08:49:50] /src/dlr.cc:321: [08:49:50] /src/b.cc:2: Device API gpu is not enabled.\nStack trace:\n',
      },
      'MODEL_LOAD_FAILED',
      'does not load: Device API gpu is not enabled.',
    ],
    ['MODEL_LOAD_FAILED', { path: 'files', text: '' }, 'MODEL_LOAD_FAILED', 'DLR gave no reason.'],
    [
      'MODEL_UNSUPPORTED',
      { path: 'files', tensor: 'data', dtype: 'json' },
      'MODEL_UNSUPPORTED',
      'has the type json',
    ],
    [
      'LIBDLR_UNLOADABLE',
      { path: 'lib', text: 'GLIBC_2.99 not found' },
      'LIBDLR_UNLOADABLE',
      'lib does not open: GLIBC_2.99 not found.',
    ],
    ['LIBDLR_TOO_OLD', { path: 'lib', symbol: 'RunDLRModel' }, 'LIBDLR_TOO_OLD', 'lacks RunDLRModel'],
    ['ADDON_SHUT_DOWN', {}, 'ADDON_SHUT_DOWN', 'The process is ending'],
    [
      'OPTION_INVALID',
      { option: 'threads', expected: 'integer 1..1024', received: 'number 0' },
      'ENGINE_OPTION_INVALID',
      'Expected integer 1..1024 for threads but received number 0.',
    ],
  ])('gives %s of the addon its sentence', async (code, details, edgeCode, message) => {
    const binding = new FakeBinding();
    binding.failure = nativeError(code, details);
    const error = await load(binding).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EdgeError);
    expect(error).toMatchObject({ code: edgeCode, cause: binding.failure });
    expect((error as EdgeError).message).toContain(message);
    expect((error as EdgeError).remedy).toMatch(/\.$/);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'INPUT_INVALID',
      { input: 'rows.dtype', expected: 'int64', received: 'string "int32"' },
      `Expected int64 for rows.dtype but received string "int32" (model in ${artifact}).`,
    ],
    ['RUN_FAILED', { text: 'out of cheese' }, `The model in ${artifact} failed while it ran: out of cheese.`],
    ['MODEL_DISPOSED', {}, `The model in ${artifact} was disposed of, so it cannot run any more.`],
  ])('gives %s of a run its sentence', async (code, details, message) => {
    const binding = new FakeBinding();
    binding.run.mockRejectedValue(nativeError(code, details));
    const engine = await load(binding);
    await expect(engine.run(input)).rejects.toMatchObject({ name: 'EdgeError', code, message });
  });

  it('passes on what is no error of the addon', async () => {
    const binding = new FakeBinding();
    const engine = await load(binding);
    for (const reason of [new RangeError('mine'), nativeError('NEW_CODE', {})]) {
      binding.run.mockRejectedValue(reason);
      await expect(engine.run(input)).rejects.toBe(reason);
    }
  });

  it("gives DLR's reason where the library has no such device", async () => {
    const loading = loadDlr({
      artifact: fixturePath('small_convnet'),
      library: libraryPath(),
      device: 'gpu',
    });
    await expect(loading).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
      message: expect.stringContaining('Device API gpu is not enabled.') as string,
    });
  });

  it('computes through the real addon what Python computed', async () => {
    const engine = await loadDlr({ artifact, library: libraryPath() });
    for (const { inputs, outputs } of fixtureCases('two_inputs'))
      expect(await engine.run({ tensors: inputs })).toEqual(outputs);
    expect(engine.state).toBe('idle');
    await engine.dispose();
    await engine.dispose();
    expect(engine.state).toBe('disposed');
    await expect(engine.run(input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
