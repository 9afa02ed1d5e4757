import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/models/manifest.js';
import { openPackage } from '../../src/models/package.js';
import { obstacle, type Machine } from '../../src/models/target.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const x64 = (...cpuFeatures: string[]): Machine => ({
  os: 'linux',
  architecture: 'x64',
  cpuFeatures: new Set(cpuFeatures),
});

type Json = Record<string, unknown>;
let folder: string;

/** Writes a package whose artifacts are text: nothing here is ever loaded. @returns the digest of its manifest */
async function writePackage(change: (manifest: Json) => void = () => undefined): Promise<string> {
  const target = (name: string, cpuFeatures: string[]) => ({
    name,
    runtime: 'dlr',
    path: name,
    platform: { os: 'linux', architecture: 'x64', cpuFeatures },
    files: { 'compiled.so': sha256(name) },
  });
  const manifest: Json = {
    manifestVersion: 1,
    name: 'sorter',
    version: '1.2.3',
    task: 'classification',
    input: {
      name: 'input',
      shape: [1, 3, 224, 224],
      dtype: 'float32',
      layout: 'NCHW',
      colorOrder: 'RGB',
      mean: [127, 127, 127],
      std: [128, 128, 128],
      resize: { mode: 'stretch' },
    },
    decoder: { type: 'classification', activation: 'softmax' },
    labels: 'labels.txt',
    targets: [target('dlr-x64-avx2', ['avx2']), target('dlr-x64-avx512', ['avx2', 'avx512f'])],
    golden: [],
    files: { 'labels.txt': sha256('glass\npaper\n') },
    license: 'Apache-2.0',
  };
  change(manifest);
  for (const name of ['dlr-x64-avx2', 'dlr-x64-avx512']) {
    await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, name, 'compiled.so'), name);
  }
  await writeFile(path.join(folder, 'labels.txt'), 'glass\npaper\n');
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(manifest));
  return sha256(JSON.stringify(manifest));
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-package-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (
  digest: string | undefined,
  more: { target?: string; allowUnpinned?: boolean } = {},
  machine = x64('avx2', 'avx512f'),
) =>
  openPackage(
    { folder, sha256: digest, allowUnpinned: more.allowUnpinned ?? false, target: more.target },
    machine,
  );

describe('openPackage', () => {
  it('gives the manifest, labels and the most specialised target that the machine can run', async () => {
    const digest = await writePackage();
    const model = await open(digest);
    expect(model).toMatchObject({ digest, labels: ['glass', 'paper'], target: { name: 'dlr-x64-avx512' } });
    expect(model.artifact).toBe(path.join(folder, 'dlr-x64-avx512'));
    expect((await open(digest, {}, x64('avx2'))).target.name).toBe('dlr-x64-avx2');
    expect((await open(digest, { target: 'dlr-x64-avx2' })).target.name).toBe('dlr-x64-avx2');
  });

  it('does not open what is neither pinned nor allowed, and names the digest to pin', async () => {
    const digest = await writePackage();
    await expect(open(undefined)).rejects.toMatchObject({
      code: 'MODEL_UNPINNED',
      remedy: expect.stringContaining(digest) as unknown,
    });
    await expect(open(undefined, { allowUnpinned: true })).resolves.toMatchObject({ digest });
  });

  it('refuses another manifest than the pinned one, before anything else', async () => {
    await writePackage((manifest) => (manifest['targets'] = 'none at all'));
    await expect(open('0'.repeat(64))).rejects.toMatchObject({ code: 'MODEL_DIGEST_MISMATCH' });
  });

  it.each([
    [
      'a changed artifact',
      () => writeFile(path.join(folder, 'dlr-x64-avx512/compiled.so'), 'x'),
      'MODEL_DIGEST_MISMATCH',
    ],
    [
      'a truncated one',
      () => writeFile(path.join(folder, 'dlr-x64-avx512/compiled.so'), ''),
      'MODEL_DIGEST_MISMATCH',
    ],
    ['a missing one', () => rm(path.join(folder, 'dlr-x64-avx512/compiled.so')), 'MODEL_FILE_MISSING'],
    [
      'changed labels',
      () => writeFile(path.join(folder, 'labels.txt'), 'glass\nmetal\n'),
      'MODEL_DIGEST_MISMATCH',
    ],
    ['missing labels', () => rm(path.join(folder, 'labels.txt')), 'MODEL_FILE_MISSING'],
    [
      'a file that everybody can write',
      () => chmod(path.join(folder, 'dlr-x64-avx512/compiled.so'), 0o666),
      'MODEL_FILE_WRITABLE',
    ],
    ['no manifest', () => rm(path.join(folder, 'model.json')), 'MODEL_NOT_FOUND'],
  ])('refuses %s', async (_title, damage, code) => {
    const digest = await writePackage();
    await damage();
    await expect(open(digest)).rejects.toMatchObject({ code });
  });

  it('names all wrong fields of a manifest at once', async () => {
    const digest = await writePackage((manifest) => {
      manifest['version'] = 'newest';
      (manifest['input'] as Json)['mean'] = [1];
      Object.assign((manifest['targets'] as Json[])[0] ?? {}, { path: 7 });
      manifest['files'] = { '../../etc/passwd': sha256('') };
      manifest['colour'] = 'blue';
    });
    await expect(open(digest)).rejects.toSatisfy(
      (error: { code: string; details: { problems: string[] } }) => {
        const text = error.details.problems.join('\n');
        for (const part of ['version', 'input.mean', 'targets.0.path', '../../etc/passwd', 'colour'])
          expect(text).toContain(part);
        return error.code === 'MODEL_MANIFEST_INVALID';
      },
    );
  });

  it('says for each target why it does not run here', async () => {
    const digest = await writePackage();
    await expect(
      open(digest, {}, { os: 'linux', architecture: 'arm64', cpuFeatures: new Set() }),
    ).rejects.toThrow(/dlr-x64-avx2: it is for linux x64, this machine is linux arm64; dlr-x64-avx512: /);
    await expect(open(digest, {}, x64('sse4_2'))).rejects.toThrow(/this CPU lacks avx2, avx512f/);
  });
});

it('a target without a platform runs anywhere', () => {
  const target = {
    name: 'onnx',
    runtime: 'onnx',
    path: 'onnx',
    files: {},
  } satisfies Manifest['targets'][number];
  expect(obstacle(target, x64())).toBeUndefined();
});

it('every package that comes with the product is pinned by its digest', async () => {
  const models = new URL('../../models/', import.meta.url);
  const shipped = JSON.parse(await readFile(new URL('shipped.json', models), 'utf8')) as Record<
    string,
    string
  >;
  expect(Object.keys(shipped)).toContain('waste-sorter');
  for (const [name, digest] of Object.entries(shipped)) {
    const manifest = await readFile(new URL(`${name}/model.json`, models));
    expect(createHash('sha256').update(manifest).digest('hex'), name).toBe(digest);
  }
});
