import { z } from 'zod';
import { boolean, sha256 } from './scalars.js';

const packageSource = z.strictObject({
  type: z.literal('package'),
  path: z.string().min(1).describe('Folder of a model package (it holds a model.json).'),
  sha256: sha256().optional().describe('Digest of its model.json, which in turn holds the digest of every file.'),
});

export const modelSchema = z.strictObject({
  source: z.discriminatedUnion('type', [packageSource]),
  runtime: z
    .enum(['auto', 'dlr'])
    .default('auto')
    .describe('auto: the best of the targets in the package that this machine can run.'),
  target: z.string().min(1).optional().describe('Name of the one target to use, such as dlr-x64-avx2; default: the best that fits.'),
  allowUnpinned: boolean()
    .default(false)
    .describe('Run the package without a pinned digest. A compiled model is native code: for development only.'),
});

export type ModelConfig = z.output<typeof modelSchema>;
