import { getModel } from '../../src/compile/get/index.js';
import { writerPython } from '../../src/compile/get/maker.js';
import { isEdgeError, type EdgeError } from '../../src/errors/index.js';

/** Whether it is what a machine without a registry, or without a Python, fails with. */
export const outOfReach = (error: unknown): error is EdgeError =>
  isEdgeError(error) &&
  ['GET_DOWNLOAD_FAILED', 'COMPILE_ENVIRONMENT_FAILED', 'COMPILE_PYTHON_MISSING'].includes(error.code);

/**
 * A model as `mli model get` makes it, for ONNX Runtime alone; downloads stay in the user's cache.
 * @returns undefined where it cannot be had here, with the reason on the test's output
 */
export async function gotModel(
  name: string,
  out: string,
  from?: string,
): Promise<{ readonly model: string; readonly python: string } | undefined> {
  const options = { progress: () => undefined };
  try {
    await getModel({ name, from, out, targets: ['onnx'] }, options);
    return { model: out, python: await writerPython(options) };
  } catch (error) {
    if (!outOfReach(error)) throw error;
    console.log(`Skipped: the tests of ${name} need it from its registry: ${error.message}`);
    return undefined;
  }
}
