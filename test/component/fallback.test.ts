import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { sha256Of, sha256OfFile } from '../../src/models/digest.js';
import { ProvenModels } from '../../src/proven-models.js';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { libraryPath, obstacle, titleOf } from '../native/fixtures.js';
import { Desk } from './desk.js';
import { variant } from './variant.js';

type Target = { name: string; files: Record<string, string> };
type Change = (targets: Target[], folder: string) => Promise<void>;

const logger = createLogger({ name: 'test', level: 'silent' });
const before = { ...process.env };
let desk: Desk;
let library: string;

/** A cache of the set-up with libdlr in it, for the component alone: another file in its place would not be trusted, but it can go. */
beforeEach(async () => {
  desk = await Desk.open();
  const cache = path.join(desk.pictures, 'cache');
  library = path.join(cache, 'libdlr-1.6.0/libdlr.so');
  await mkdir(path.dirname(library), { recursive: true });
  await copyFile(libraryPath(), library);
  process.env['MLI_CACHE_DIR'] = cache;
  delete process.env['MLI_LIBDLR'];
});
afterEach(async () => {
  process.env = { ...before };
  await desk.close();
});

/**
 * A package with a target of each runtime, of which DLR's was found best and proven on this machine before.
 * @param change what became of the artifacts before the package was made
 */
async function configurationOf(change: Change = async () => undefined): Promise<Record<string, never>> {
  const { source } = await variant(desk.pictures, '9.0.0', async (manifest, folder) => {
    const { targets } = manifest as unknown as { targets: Target[] };
    targets.splice(1, 1);
    manifest.golden.splice(1);
    await change(targets, folder);
  });
  const { path: folder, sha256 } = source;
  const dlr = { device: 'cpu', threads: 1 } as const;
  const model = { folder, sha256, allowUnpinned: false };
  const proven = new ProvenModels(path.join(desk.pictures, 'work'), logger);
  await proven.choose({ model, dlr }, 'dlr-x64-avx2');
  await proven.add({ model: { ...model, preferred: 'dlr-x64-avx2' }, dlr });
  return {
    ...desk.configuration({ 'belt-1': { model: 'other' } }),
    models: { other: { source } },
  } as never;
}

const statuses = () =>
  desk.local
    .filter(({ topic }) => topic === 'mli/status/desk')
    .map(({ message }) => message as PipelineStatusMessage);
const event = (type: string) => statuses().find((status) => status.event.type === type);
const targets = () => desk.results().map(({ model }) => model.runtime);
const until = (target: string) => desk.until(`a result of ${target}`, () => targets().at(-1) === target);

describe.skipIf(obstacle())(titleOf('a chosen target that fails in the running pipeline'), () => {
  it('gives way to another one, which passes the golden samples first, and both are reported', async () => {
    await desk.run(await configurationOf());
    await until('dlr');
    await rm(library);
    for (const pid of desk.pipelinePids()) process.kill(pid, 'SIGKILL');
    await until('onnx');
    expect(event('target-passed-over')).toMatchObject({
      event: { target: 'onnx', passedOver: [{ target: 'dlr-x64-avx2', code: 'LIBDLR_NOT_FOUND' }] },
      counters: { targetsPassedOver: 1 },
      model: { target: 'onnx' },
    });
    expect(desk.log).toMatch(/TARGET_PASSED_OVER The target dlr-x64-avx2 is not used: There is no libdlr/);
  });

  it('does not give way to one that computes something else', async () => {
    await rm(library);
    const configuration = await configurationOf(async (all, folder) => {
      const file = path.join(folder, 'onnx/model.onnx');
      const handle = await open(file, 'r+');
      await handle.write(Buffer.alloc(200_000), 0, 200_000, 6_000_000);
      await handle.close();
      const onnx = all.find(({ name }) => name === 'onnx');
      if (onnx) onnx.files = { 'model.onnx': await sha256OfFile(file) };
    });
    await desk.run(configuration);
    await desk.until('the rejection', () => event('model-rejected') !== undefined);
    const { code, message } = event('model-rejected')?.event as { code: string; message: string };
    expect(code).toBe('MODEL_NO_TARGET');
    expect(message).toMatch(/dlr-x64-avx2: LIBDLR_NOT_FOUND: .*onnx: GOLDEN_MISMATCH: /s);
    expect(desk.results()).toEqual([]);
  });

  it('is found out by trying all anew where it ends its process', { timeout: 60_000 }, async () => {
    const configuration = await configurationOf(async (all, folder) => {
      const file = path.join(folder, 'dlr-x64-avx2/compiled.so');
      const code = '#include <cstdlib>\n__attribute__((constructor)) static void end() { std::abort(); }\n';
      await writeFile(`${folder}/end.cc`, code);
      execFileSync('c++', ['-shared', '-fPIC', '-o', file, `${folder}/end.cc`]);
      const dlr = all.find(({ name }) => name === 'dlr-x64-avx2');
      if (dlr) dlr.files = { ...dlr.files, 'compiled.so': sha256Of(await readFile(file)) };
    });
    await desk.run(configuration);
    await until('onnx');
    expect(event('target-chosen')).toMatchObject({
      event: {
        target: 'onnx',
        targets: expect.arrayContaining([
          expect.objectContaining({ target: 'dlr-x64-avx2', outcome: 'failed', code: 'PROBE_ENDED' }),
        ]) as unknown,
      },
    });
    expect(desk.log).toContain('TARGET_PASSED_OVER The target dlr-x64-avx2');
  });
});
