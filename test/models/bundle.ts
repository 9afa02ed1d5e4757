import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tarGz } from './tarball.js';

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export interface Bundle {
  /** Path in the package → content. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Digest of model.json. */
  readonly digest: string;
}

/** A model package around the bytes of an artifact; nothing in these tests loads it. */
export function bundle(version = '1.0.0', artifact: Uint8Array | string = `artifact of ${version}`): Bundle {
  const files = new Map<string, Buffer>([
    ['labels.txt', Buffer.from('glass\npaper\n')],
    ['dlr/compiled.so', Buffer.from(artifact)],
  ]);
  const manifest = {
    manifestVersion: 1,
    name: 'sorter',
    version,
    task: 'classification',
    input: {
      name: 'data',
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
    targets: [{ name: 'dlr', runtime: 'dlr', path: 'dlr', files: { 'compiled.so': sha256(artifact) } }],
    golden: [],
    files: { 'labels.txt': sha256('glass\npaper\n') },
    license: 'Apache-2.0',
  };
  files.set('model.json', Buffer.from(JSON.stringify(manifest)));
  return { files, digest: sha256(JSON.stringify(manifest)) };
}

export const bundleTarGz = ({ files }: Bundle): Buffer =>
  tarGz([...files].map(([name, content]) => ({ name, content })));

export async function writeBundle(folder: string, { files }: Bundle): Promise<void> {
  for (const [name, content] of files) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

/** A tarball as SageMaker Neo makes them, around a fixture that really loads. */
export async function neoTarGz(
  fixture: string,
  more: Readonly<Record<string, string | Buffer>> = {},
): Promise<Buffer> {
  const folder = new URL(`../fixtures/models/${fixture}/`, import.meta.url);
  const names = ['compiled.so', 'compiled.params', 'compiled_model.json'];
  const files = await Promise.all(
    names.map(async (name) => ({ name: `./${name}`, content: await readFile(new URL(name, folder)) })),
  );
  return tarGz([
    { name: './', type: '5' },
    ...files,
    ...Object.entries(more).map(([name, content]) => ({ name: `./${name}`, content })),
  ]);
}
