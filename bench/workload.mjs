import { fileURLToPath } from 'node:url';
import { findLibrary } from '../dist/engines/dlr/library.js';
import { loadModel } from '../dist/pipeline/load-model.js';
import { openPackage } from '../dist/models/index.js';

/** What every case measures: the classifier that ships, on one thread, in the best target for this machine. */
export const modelFolder = fileURLToPath(new URL('../models/waste-sorter', import.meta.url));
export const threads = 1;

/** Packages that ship need no pinned digest. */
export const modelRequest = { folder: modelFolder, allowUnpinned: false };

/** The package, its artifact for this machine and the libdlr.so that runs it, all proved. */
export async function openWorkload() {
  const model = await openPackage(modelRequest);
  const library = await findLibrary({ artifact: model.artifact, sha256: model.target.files['libdlr.so'] });
  return { model, library };
}

/** The same model loaded as a pipeline loads it. */
export const loadWorkload = () => loadModel({ model: modelRequest, dlr: { threads }, preprocess: {} });

/**
 * A tensor as preprocessing would give it: values of a normalised picture, the same in every run.
 * @param {readonly number[]} shape
 */
export function readyTensor(shape) {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = ((i * 7919) % 256) / 128 - 1;
  return { dtype: 'float32', shape: [...shape], data };
}
