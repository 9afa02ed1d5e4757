import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestConfig } from '../../config/model-manifest.js';
import { EdgeError } from '../../errors/index.js';
import { sha256Of, sha256OfFile } from '../digest.js';
import { parseManifest } from '../manifest.js';
import type { PackagePlan } from '../plan.js';
import { describeModel } from './description.js';

/** What libdlr reads, and the library itself where Neo put it beside the model. */
const dlrExtensions = new Set(['.so', '.json', '.params', '.meta', '.ro']);

/** Files by which models are known that neither of our runtimes can run as they are. */
const foreign: readonly (readonly [RegExp, name: string, framework: string])[] = [
  [/-symbol\.json$/, 'MXNet', 'mxnet'],
  [/^saved_model\.pb$/, 'TensorFlow', 'saved-model'],
  [/\.(h5|keras)$/, 'Keras', 'keras'],
  [/\.tflite$/, 'TensorFlow Lite', 'tflite'],
  [/\.pth?$/, 'PyTorch', 'pytorch'],
  [/^xgboost-model$/, 'XGBoost', 'xgboost'],
];

/**
 * Makes a package around a compiled model that has no model.json, such as SageMaker Neo's tarballs. The manifest depends on
 * nothing but the files and the configuration, so that the same model keeps its identity.
 * @param name of the model in the configuration
 * @throws EdgeError MODEL_NOT_RUNNABLE, MODEL_MANIFEST_INCOMPLETE, MODEL_MANIFEST_INVALID
 */
export async function planArtifact(
  folder: string,
  name: string,
  config: ManifestConfig | undefined,
): Promise<PackagePlan> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  const { runtime, files } = chooseFiles(folder, names.sort());
  const { labels, ...description } = await describeModel(folder, names, config);
  const digests = await Promise.all(
    files.map(async (file) => [file, await sha256OfFile(path.join(folder, file))] as const),
  );
  const labelsBytes = Buffer.from(`${labels.join('\n')}\n`);
  const manifest = Buffer.from(
    JSON.stringify(
      {
        manifestVersion: 1,
        name,
        version:
          config?.version ?? `0.0.0-sha256-${sha256Of(Buffer.from(JSON.stringify(digests))).slice(0, 12)}`,
        description:
          'A compiled model without a manifest of its own: this one was made from its metadata and the configuration',
        task: 'classification',
        ...description,
        labels: 'labels.txt',
        targets: [{ name: runtime, runtime, path: runtime, files: Object.fromEntries(digests) }],
        golden: [],
        files: { 'labels.txt': sha256Of(labelsBytes) },
        license: config?.license ?? 'not stated',
      },
      undefined,
      2,
    ),
  );
  parseManifest(manifest, path.join(folder, 'the manifest that was made for it'));
  return {
    root: undefined,
    manifest,
    files: new Map<string, { from: string } | { bytes: Buffer }>([
      ['labels.txt', { bytes: labelsBytes }],
      ...files.map((file) => [`${runtime}/${file}`, { from: path.join(folder, file) }] as const),
    ]),
  };
}

function chooseFiles(
  folder: string,
  names: readonly string[],
): { runtime: 'dlr' | 'onnx'; files: readonly string[] } {
  if (names.some((name) => name.endsWith('.so') && name !== 'libdlr.so')) {
    return { runtime: 'dlr', files: names.filter((name) => dlrExtensions.has(path.extname(name))) };
  }
  const onnx = names.filter((name) => name.endsWith('.onnx'));
  if (onnx.length === 1) return { runtime: 'onnx', files: onnx };
  const [, title, framework] = foreign.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [];
  const reason = title
    ? `it is a model of ${title}, which has not been compiled`
    : `it has no model.json and no compiled library (there: ${names.slice(0, 8).join(', ') || 'no files'})`;
  throw new EdgeError('MODEL_NOT_RUNNABLE', { path: folder, reason, ...(framework && { framework }) });
}
