import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../../models/digest.js';
import { manifestFile } from '../../models/plan.js';
import { provePackage } from '../../models/prove.js';

/** Prints what a new package has, and what the configuration needs to use it. */
export async function reportPackage(folder: string): Promise<void> {
  const { manifest, files } = await provePackage(folder);
  const digest = sha256Of(await readFile(path.join(folder, manifestFile)));
  const targets = manifest.targets.map(({ name }) => name).join(', ');
  console.log(
    `${folder}: ${manifest.name} ${manifest.version}, ${files} files, targets ${targets}, ${manifest.golden.length} golden samples

models:
  ${manifest.name}:
    source: { type: package, path: ${path.resolve(folder)}, sha256: ${digest} }

Prove it: mli model verify ${folder} --sha256 ${digest}`,
  );
}
