import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const versions = fileURLToPath(new URL('./children/versions.mjs', import.meta.url));

/** What the figures depend on, in a line. The libraries are asked in a process that ends at once, so that they stay out of ours. */
export async function machineLine() {
  const { stdout } = await promisify(execFile)(process.execPath, [versions]);
  const { opencv, libdlr, model } = JSON.parse(stdout.trim().split('\n').at(-1));
  const processors = cpus();
  const processor = processors[0]?.model.trim() || process.arch;
  return [
    `${processor}, ${processors.length} cores, load ${loadavg()[0].toFixed(1)}`,
    `Node ${process.versions.node}`,
    `OpenCV ${opencv}`,
    `libdlr ${libdlr}`,
    model,
  ].join('; ');
}
