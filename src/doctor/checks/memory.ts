import { readFile } from 'node:fs/promises';
import { ok, warning, type Check } from '../finding.js';

/** Measured with the shipped classifier: component and first pipeline, then each process more and each pipeline in it. */
const needed = { first: 200, process: 130, pipeline: 30 };

/** Of Linux' estimate of what may be used without swapping. */
export const memoryCheck: Check = {
  subject: 'memory',
  look: async ({ configuration }) => {
    const text = await readFile('/proc/meminfo', 'utf8');
    const available = Math.floor(Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1000);
    const pipelines = Object.values(configuration?.pipelines ?? {});
    const processes = new Set(pipelines.map(({ model }) => model)).size;
    const wanted =
      needed.first +
      Math.max(0, processes - 1) * needed.process +
      Math.max(0, pipelines.length - processes) * needed.pipeline;
    const message = `${available} MB are available, about ${wanted} MB are needed with models of the size of the shipped one`;
    return [
      available < wanted
        ? warning(
            `${message}.`,
            'Fewer pipelines, smaller models, or more memory; the kernel ends processes when there is none left.',
          )
        : ok(message),
    ];
  },
};
