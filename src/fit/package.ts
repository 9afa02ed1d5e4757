import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engines/index.js';
import { sha256Of } from '../models/digest.js';
import type { Manifest } from '../models/index.js';
import type { SampleFrame } from '../types.js';
import { scoresOf } from './fit.js';

/** Largest difference of a score between runtimes and processors. */
const goldenTolerance = 1e-3;

/**
 * Writes a fitted package beside the one that it came from: the same compiled files, a new manifest, and a golden sample that is made
 * up: a package leaves the machine, what was measured there does not. It appears whole or not at all.
 * @returns the digest of its manifest, to pin
 */
export async function writeFitted(
  from: string,
  to: string,
  manifest: Manifest,
  engine: Engine,
  windows: readonly SampleFrame[],
): Promise<string> {
  const golden = madeUp(windows);
  const fresh = `${to}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(path.join(fresh, 'golden'), { recursive: true });
  for (const target of manifest.targets)
    for (const file of Object.keys(target.files))
      await cp(path.join(from, target.path, file), path.join(fresh, target.path, file));
  if (manifest.labels !== undefined)
    await cp(path.join(from, manifest.labels), path.join(fresh, manifest.labels));
  const { channels, count, samples } = golden;
  const width = channels.length;
  const rows = Array.from({ length: count }, (_, row) => [
    ...samples.subarray(row * width, (row + 1) * width),
  ]);
  const score = (await scoresOf(manifest, engine, [golden]))[0] ?? NaN;
  const written = {
    'golden/normal.json': JSON.stringify({ channels, rows }),
    'golden/normal-output.json': JSON.stringify({ outputs: { 0: { shape: [1, 1], data: [score] } } }),
  };
  const files: Record<string, string> = {};
  if (manifest.labels !== undefined) files[manifest.labels] = manifest.files[manifest.labels] ?? '';
  for (const [name, text] of Object.entries(written)) {
    await writeFile(path.join(fresh, name), `${text}\n`);
    files[name] = sha256Of(Buffer.from(`${text}\n`));
  }
  const sample = {
    input: 'golden/normal.json',
    output: 'golden/normal-output.json',
    tolerance: goldenTolerance * Math.max(1, score),
  };
  const document = { ...manifest, golden: [sample], files };
  await writeFile(path.join(fresh, 'model.json'), `${JSON.stringify(document, undefined, 2)}\n`);
  await rm(to, { recursive: true, force: true });
  await rename(fresh, to);
  return sha256Of(await readFile(path.join(to, 'model.json')));
}

/** A window that swings about the mean of each channel by its deviation. */
function madeUp(windows: readonly SampleFrame[]): SampleFrame {
  const [first] = windows;
  if (!first) throw new Error('there are no windows');
  const width = first.channels.length;
  const samples = new Float64Array(first.samples.length);
  for (let channel = 0; channel < width; channel++) {
    const column = windows.map((window) => window.samples[channel] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const std = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    for (let row = 0; row < first.count; row++)
      samples[row * width + channel] = Number((mean + std * Math.sin(row * (channel + 1))).toPrecision(6));
  }
  return { ...first, samples };
}
