import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { testData } from '../data.js';

const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** Makes a model package of the YOLOX-Nano in the test data. @returns false where there is no test data */
export async function makeYoloxPackage(folder: string): Promise<boolean> {
  const data = testData('detection');
  if (data === undefined) return false;
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await copyFile(path.join(data, 'yolox_nano.onnx'), path.join(folder, 'onnx/model.onnx'));
  await copyFile(path.join(data, 'coco.names'), path.join(folder, 'labels.txt'));
  const manifest = {
    manifestVersion: 1,
    name: 'yolox-nano',
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
    targets: [
      {
        name: 'onnx',
        runtime: 'onnx',
        path: 'onnx',
        files: { 'model.onnx': await sha256(path.join(folder, 'onnx/model.onnx')) },
      },
    ],
    golden: [],
    files: { 'labels.txt': await sha256(path.join(folder, 'labels.txt')) },
    license: 'Apache-2.0',
  };
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(manifest));
  return true;
}
