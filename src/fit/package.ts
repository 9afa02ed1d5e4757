import path from 'node:path';
import type { Engine } from '../engines/index.js';
import type { Manifest } from '../models/index.js';
import { goldenOutputs, writePackage } from '../models/write-package.js';
import type { SampleFrame } from '../types.js';
import { scoresOf } from './fit.js';
import { madeUpWindow } from './made-up-window.js';

/** Largest difference of a score between runtimes and processors. */
const goldenTolerance = 1e-3;

/**
 * Writes a fitted package: the compiled files of the one that it came from, a new manifest, and a golden sample that is made up: a
 * package leaves the machine, what was measured there does not.
 * @returns the digest of its manifest, to pin
 * @throws EdgeError as writePackage does
 */
export async function writeFitted(
  from: string,
  to: string,
  manifest: Manifest,
  engine: Engine,
  windows: readonly SampleFrame[],
): Promise<string> {
  const golden = madeUpWindow(windows);
  const { channels, count, samples } = golden;
  const width = channels.length;
  const rows = Array.from({ length: count }, (_, row) => [
    ...samples.subarray(row * width, (row + 1) * width),
  ]);
  const score = (await scoresOf(manifest, engine, [golden]))[0] ?? NaN;
  const sample = {
    input: 'golden/normal.json',
    output: 'golden/normal-output.json',
    tolerance: goldenTolerance * Math.max(1, score),
  };
  const kept = manifest.targets.flatMap((target) =>
    Object.keys(target.files).map((file) => path.posix.join(target.path, file)),
  );
  if (manifest.labels !== undefined) kept.push(manifest.labels);
  const files = new Map<string, string | Buffer>(kept.map((name) => [name, path.join(from, name)]));
  files.set(sample.input, Buffer.from(`${JSON.stringify({ channels, rows })}\n`));
  files.set(sample.output, goldenOutputs([{ shape: [1, 1], data: [score] }]));
  const { digest } = await writePackage(to, { manifest: { ...manifest, golden: [sample] }, files });
  return digest;
}
