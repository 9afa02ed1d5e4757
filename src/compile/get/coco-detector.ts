import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { unpack } from '../../models/archive/index.js';
import { downloadPinned, type PinnedFile } from './download.js';
import { writeOnnx, writerPython, type ModelMaker } from './maker.js';

/** MobileNetV3-CenterNet of 512x512 as a TensorFlow.js graph, and the names of its classes. */
const source: PinnedFile = {
  registry: 'npm',
  requirement: '@vladmandic/human@3.3.6',
  sha256: '425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7',
};

/** Its list of finished detections is left out: which of two equal ones comes first differs from machine to machine. */
const outputs = { 'tower_0/keypoints': [1, 128, 128, 80], 'tower_0/wh': [1, 128, 128, 4] };

export const cocoDetector: ModelMaker = async (making) => {
  const python = await writerPython(making.options);
  making.options.progress(`downloading ${source.requirement} (29 MB)`);
  const folder = path.join(making.work, 'human');
  await unpack(await downloadPinned(source, python), folder);
  const model = path.join(folder, 'package/models/centernet.json');
  const program = 'tfjs_model.py';
  const request = { model, outputs };
  const written = { program, request, framework: 'TensorFlow.js', model: source.requirement };
  const classes = await readFile(path.join(folder, 'package/src/object/labels.ts'), 'utf8');
  return {
    model: await writeOnnx(written, making),
    draft: {
      version: '1.0.0',
      description: 'Detector of the 80 COCO classes: MobileNetV3-CenterNet',
      license: 'MIT',
      labels: parseLabelList(classes),
      input: {
        colorOrder: 'RGB',
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: { mode: 'letterbox', interpolation: 'linear', padValue: 0 },
      },
      decoder: { type: 'centernet', scoreThreshold: 0.35 },
      provenance: { weights: source.requirement, labels: source.requirement },
    },
  };
};

/** `{ class: 1, label: 'person' },` → its name, at its place. @throws Error where they are not counted from 1 without a gap */
export function parseLabelList(text: string): string[] {
  const entries = [...text.matchAll(/class: (\d+), label: '([^']+)'/g)];
  const gap = entries.findIndex(([, number], index) => Number(number) !== index + 1);
  if (gap >= 0 || entries.length === 0) throw new Error(`class ${Math.max(gap, 0) + 1} is missing`);
  return entries.map(([, , label = '']) => label);
}
