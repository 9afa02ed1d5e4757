import path from 'node:path';
import type { CompileOrder } from '../../src/compile/index.js';

/** An order for a small classifier of pictures with four classes. @param folder in which its package is put */
export const smallOrder = (model: string, folder: string, targets: readonly string[]): CompileOrder => ({
  model,
  targets,
  shapes: {},
  golden: [],
  out: path.join(folder, 'package'),
  draft: {
    version: '1.0.0',
    license: 'Apache-2.0',
    provenance: {},
    labels: ['glass', 'metal', 'paper', 'plastic'],
    input: { colorOrder: 'RGB', mean: [127, 127, 127], std: [128, 128, 128], resize: { mode: 'stretch' } },
    decoder: { type: 'classification', activation: 'softmax' },
  },
});
