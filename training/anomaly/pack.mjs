/**
 * Makes a package of an anomaly model that has not been fitted yet: `mli model fit` gives it what is normal.
 *   node training/anomaly/pack.mjs <description.mjs> <model.onnx> <folder of compile.py, or -> <package>
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const [description, onnx, compiled, out] = process.argv.slice(2);
const {
  name,
  description: text,
  channels,
  window,
  features,
  medianOf,
  decoder,
  fit,
} = (await import(path.resolve(description))).default;
const count = features.length;
await rm(out, { recursive: true, force: true });

const target = async (folder, runtime, files, platform) => {
  await mkdir(path.join(out, folder), { recursive: true });
  const digests = {};
  for (const file of files) {
    const copy = path.join(out, folder, path.basename(file));
    await copyFile(file, copy);
    digests[path.basename(file)] = createHash('sha256')
      .update(await readFile(copy))
      .digest('hex');
  }
  return { name: folder, runtime, path: folder, ...(platform && { platform }), files: digests };
};
const avx2 = ['avx2', 'fma', 'f16c', 'bmi1', 'bmi2', 'abm', 'movbe', 'popcnt'];
const targets = [await target('onnx', 'onnx', [onnx])];
if (compiled !== '-') {
  const files = (await readdir(compiled)).sort().map((file) => path.join(compiled, file));
  const platform = { os: 'linux', architecture: 'x64', cpuFeatures: avx2 };
  targets.unshift(await target('dlr-x64-avx2', 'dlr', files, platform));
}
const manifest = {
  manifestVersion: 1,
  name,
  version: '1.0.0',
  description: text,
  task: 'anomaly',
  input: {
    kind: 'samples',
    name: 'features',
    shape: [1, count],
    dtype: 'float32',
    channels,
    window,
    features,
    ...(medianOf && { medianOf }),
    mean: features.map(() => 0),
    std: features.map(() => 1),
    clip: 10,
  },
  constants: [
    {
      name: 'whitening',
      dtype: 'float32',
      shape: [count, count],
      data: Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0)),
    },
  ],
  decoder: { type: 'anomaly', threshold: 1e9, ...decoder },
  ...(fit && { fit }),
  targets,
  golden: [],
  files: {},
  license: 'Apache-2.0',
  provenance: { network: 'training/anomaly/network.py', fitted: 'not yet' },
};
await writeFile(path.join(out, 'model.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
