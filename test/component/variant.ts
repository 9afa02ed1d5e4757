import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const shipped = fileURLToPath(new URL('../../models/waste-sorter', import.meta.url));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

type Manifest = { version: string; files: Record<string, string>; golden: { output: string }[] };

/** Another version of the shipped model: a genuine package that differs in its manifest, and in what `change` does to it. */
export async function variant(
  folder: string,
  version: string,
  change: (manifest: Manifest, folder: string) => Promise<void> = async () => undefined,
): Promise<{ source: { type: 'package'; path: string; sha256: string }; target: string }> {
  const copy = await mkdtemp(path.join(folder, 'variant-'));
  await cp(shipped, copy, { recursive: true });
  const manifest = JSON.parse(await readFile(path.join(copy, 'model.json'), 'utf8')) as Manifest;
  manifest.version = version;
  await change(manifest, copy);
  const bytes = Buffer.from(JSON.stringify(manifest));
  await writeFile(path.join(copy, 'model.json'), bytes);
  return { source: { type: 'package', path: copy, sha256: sha256(bytes) }, target: 'dlr-x64-avx2' };
}

/** A package whose artifact is sound, but computes something else than its golden sample says. */
export async function wrongGolden(manifest: Manifest, folder: string): Promise<void> {
  const name = manifest.golden[0]?.output ?? '';
  const golden = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as {
    outputs: Record<string, { data: number[] }>;
  };
  const output = Object.values(golden.outputs)[0];
  if (output) output.data[2] = (output.data[2] ?? 0) + 1;
  const bytes = Buffer.from(JSON.stringify(golden));
  await writeFile(path.join(folder, name), bytes);
  manifest.files[name] = sha256(bytes);
}

/** Changes fields of a package's manifest in place, as a newer model at the same path would. */
export async function replaceManifest(folder: string, change: object): Promise<void> {
  const file = path.join(folder, 'model.json');
  await writeFile(
    file,
    JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), ...change }),
  );
}

/** Puts another version into the place of a package: its artifact is sound, but its golden sample is wrong. */
export async function spoil(folder: string, version: string): Promise<void> {
  const file = path.join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  await wrongGolden(manifest, folder);
  await writeFile(file, JSON.stringify({ ...manifest, version }));
}
