import { createDecoder } from '../decode/index.js';
import { inputSize, parseManifest } from '../models/manifest.js';
import type { Description } from './description.js';
import type { Draft, Outline } from './draft.js';

/**
 * Looks at what the manifest will say before minutes are spent on compiling: every field of it, and whether the model gives what
 * its decoder and labels are for. No target and no golden sample is known yet.
 * @throws EdgeError MODEL_MANIFEST_INVALID with all problems at once, LABELS_MISMATCH, MODEL_OUTPUT_MISMATCH
 */
export function checkOutline(
  { labels, ...said }: Outline,
  { version, license, description: text, provenance }: Draft,
  { outputs }: Description,
  path: string,
): void {
  const draft = { manifestVersion: 1, ...said, version, license, description: text, provenance };
  const target = { name: 'to come', runtime: 'onnx', path: 'onnx', files: {} };
  const manifest = parseManifest(
    Buffer.from(JSON.stringify({ ...draft, targets: [target], golden: [], files: {} })),
    path,
  );
  const context = { model: manifest.name, labels: labels ?? [], input: inputSize(manifest.input) };
  createDecoder(manifest.decoder, context).check(outputs);
}
