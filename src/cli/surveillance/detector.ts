import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';

/** Names of label files that lie beside detectors. */
const labelFiles = ['labels.txt', 'coco.names'];

/**
 * A model package of a detector: the folder itself, or one that is made of a YOLOX of 416x416 in ONNX and the labels beside it.
 * @param work where it is made
 * @throws EdgeError DETECTOR_UNUSABLE
 */
export async function detectorPackage(model: string, work: string): Promise<string> {
  const info = await stat(model).catch(() => undefined);
  if (info?.isDirectory()) return path.resolve(model);
  if (!info || !model.endsWith('.onnx'))
    throw new EdgeError('DETECTOR_UNUSABLE', {
      path: model,
      reason: info ? 'it is neither a folder nor an .onnx file' : 'it is not there',
    });
  const beside = path.dirname(path.resolve(model));
  const found = await Promise.all(
    labelFiles.map((name) => readFile(path.join(beside, name)).catch(() => undefined)),
  );
  const labels = found.find((bytes) => bytes !== undefined);
  if (!labels)
    throw new EdgeError('DETECTOR_UNUSABLE', {
      path: model,
      reason: `there is no ${labelFiles.join(' or ')} beside it`,
    });
  await mkdir(path.join(work, 'onnx'), { recursive: true });
  await copyFile(model, path.join(work, 'onnx/model.onnx'));
  await writeFile(path.join(work, 'labels.txt'), labels);
  const digest = sha256(await readFile(model));
  await writeFile(path.join(work, 'model.json'), JSON.stringify(manifest(digest, sha256(labels)), null, 2));
  return work;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const manifest = (model: string, labels: string) => ({
  manifestVersion: 1,
  name: 'yolox',
  version: '1.0.0',
  task: 'object-detection',
  input: {
    name: 'images',
    shape: [1, 3, 416, 416],
    dtype: 'float32',
    layout: 'NCHW',
    colorOrder: 'BGR',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    resize: { mode: 'letterbox', interpolation: 'linear', padValue: 114, align: 'start' },
  },
  decoder: { type: 'yolox' },
  labels: 'labels.txt',
  targets: [{ name: 'onnx', runtime: 'onnx', path: 'onnx', files: { 'model.onnx': model } }],
  golden: [],
  files: { 'labels.txt': labels },
  license: 'Apache-2.0',
});
