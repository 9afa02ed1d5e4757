import { createRequire } from 'node:module';
import { loadWorkload, threads } from '../workload.mjs';

/** Prints the versions of the native libraries and of the model as a line of JSON. */
process.env.OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING = '1';
const { major, minor, revision } = createRequire(import.meta.url)('opencv4nodejs').version;
const { stages } = await loadWorkload();
const { name, version, target } = stages.model;
console.log(
  JSON.stringify({
    opencv: [major, minor, revision].join('.'),
    libdlr: stages.engine.info.runtimeVersion,
    model: `${name} ${version} (${target}, ${threads} thread)`,
  }),
);
await stages.engine.dispose();
