import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { unpack } from '../models/archive/index.js';
import { frameworks, type Framework, type FrameworkName } from './framework.js';

/** A model as its framework saved it. */
export interface SourceModel {
  readonly framework: Framework;
  /** The file or folder that the framework's program takes. */
  readonly path: string;
}

/** Names by which the frameworks' files are known. */
const known: readonly (readonly [RegExp, FrameworkName])[] = [
  [/\.onnx$/i, 'onnx'],
  [/\.tflite$/i, 'tflite'],
  [/\.(h5|hdf5|keras)$/i, 'keras'],
  [/\.pb$/i, 'frozen-graph'],
  [/-symbol\.json$/, 'mxnet'],
  [/\.(pt|pth|torchscript)$/i, 'pytorch'],
  [/\.npz$/i, 'chainer'],
  [/^xgboost-model$|\.(bst|ubj|xgb)$|xgb.*\.json$|xgboost.*\.json$/i, 'xgboost'],
  [/lightgbm.*\.txt$|lgbm.*\.txt$|\.lgb$/i, 'lightgbm'],
  [/\.(joblib|pkl|pickle)$/i, 'sklearn'],
];

const archive = /\.(tar\.gz|tgz|zip)$/i;

/**
 * Finds out what a path holds: a model file, a folder with one, or an archive of that, as SageMaker's training jobs leave it.
 * @param chosen the framework that the user named
 * @param work folder for what has to be unpacked
 * @throws EdgeError COMPILE_MODEL_UNKNOWN, MODEL_FILE_MISSING, MODEL_ARCHIVE_*
 */
export async function findSourceModel(
  given: string,
  chosen: FrameworkName | undefined,
  work: string,
): Promise<SourceModel> {
  const info = await stat(given).catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: given }, { cause });
  });
  if (info.isDirectory()) return inFolder(path.resolve(given), given, chosen);
  // Keras, PyTorch and numpy keep their files as archives, too: those have other names.
  if (archive.test(given)) {
    const folder = path.join(work, 'unpacked');
    await unpack(given, folder);
    return inFolder(folder, given, chosen);
  }
  const name = chosen ?? (await frameworkOf(path.resolve(given)));
  if (name === undefined)
    throw new EdgeError('COMPILE_MODEL_UNKNOWN', {
      path: given,
      reason: 'its name has none of the usual endings',
    });
  return { framework: frameworks[name], path: path.resolve(given) };
}

async function frameworkOf(file: string): Promise<FrameworkName | undefined> {
  const base = path.basename(file);
  const byName = known.find(([pattern]) => pattern.test(base))?.[1];
  if (byName !== undefined) return byName;
  // LightGBM's text begins with the word "tree"; XGBoost's JSON with its learner.
  const start = await beginning(file);
  if (base.endsWith('.txt') && start.startsWith('tree\n')) return 'lightgbm';
  return base.endsWith('.json') && start.startsWith('{"learner"') ? 'xgboost' : undefined;
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function inFolder(
  folder: string,
  given: string,
  chosen: FrameworkName | undefined,
): Promise<SourceModel> {
  const entries = await readdir(folder, { withFileTypes: true });
  const [only, ...more] = entries;
  if (only?.isDirectory() && more.length === 0) return inFolder(path.join(folder, only.name), given, chosen);
  const names = entries.map((entry) => entry.name);
  if (names.includes('saved_model.pb') && (chosen ?? 'saved-model') === 'saved-model')
    return { framework: frameworks['saved-model'], path: folder };
  const found: SourceModel[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(folder, entry.name);
    const name = await frameworkOf(file);
    if (name !== undefined && (chosen === undefined || name === chosen))
      found.push({ framework: frameworks[name], path: file });
  }
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  const reason = first
    ? `it holds several: ${found.map((one) => path.basename(one.path)).join(', ')}; name the file`
    : `it holds ${names.slice(0, 8).join(', ') || 'nothing'}`;
  throw new EdgeError('COMPILE_MODEL_UNKNOWN', { path: given, reason });
}
