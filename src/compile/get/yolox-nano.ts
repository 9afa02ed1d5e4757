import { stat } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { readDraft } from '../draft.js';
import type { ModelMaker } from './maker.js';

export const yoloxNano: ModelMaker = async ({ name, from }) => {
  if (from === undefined) {
    const reason =
      'no registry has it. Give its ONNX file with --from, and its classes beside it as coco.names';
    throw new EdgeError('GET_DOWNLOAD_FAILED', { name, reason });
  }
  await stat(from).catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: from }, { cause });
  });
  const { labels } = await readDraft({ set: [], labels: path.join(path.dirname(from), 'coco.names') });
  return {
    model: from,
    draft: {
      version: '1.0.0',
      description: 'Detector of the 80 COCO classes: YOLOX-Nano, Megvii',
      license: 'Apache-2.0',
      labels,
      input: {
        colorOrder: 'BGR',
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: { mode: 'letterbox', interpolation: 'linear', padValue: 114, align: 'start' },
      },
      decoder: { type: 'yolox' },
      provenance: {},
    },
  };
};
