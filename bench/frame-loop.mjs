import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createGreengrassClient } from '../dist/greengrass/index.js';
import { createLogger } from '../dist/logger.js';
import { FrameInference } from '../dist/pipeline/frame-inference.js';
import { formatNative } from '../dist/publish/native-format.js';
import { readPicture } from '../dist/sources/picture-file.js';
import { nativeResult } from './native-result.mjs';
import { loadWorkload } from './workload.mjs';

/** Local topic of the results, which the recipe allows; frame_loop.py has the same. */
const topic = 'mli/predictions/bench';

/** Our half of python-peer, as python/frame_loop.py is the other: the same steps, the same answers. */
export class FrameLoop {
  #inference;
  #client;

  constructor({ stages, width, height }, client) {
    this.#inference = new FrameInference(stages);
    this.#client = client;
    this.width = width;
    this.height = height;
  }

  /** @param {Readonly<Record<string, string>>} environment with which a component finds its nucleus */
  static async start(environment) {
    const logger = createLogger({ name: 'bench', level: 'error', stream: 'stderr' });
    const client = createGreengrassClient({ logger, environment });
    await client.connect({ timeoutMs: 10_000 });
    return new FrameLoop(await loadWorkload(), client);
  }

  /**
   * @param {{ pictures: readonly string[], publish: boolean }} request paths of pictures; whether each result is published
   * @returns {Promise<{ wallMs: number[], cpuMs: number, labels: string[] }>} one each a picture, and the CPU time of all
   */
  async ask({ pictures, publish }) {
    const wallMs = [];
    const labels = [];
    const before = process.cpuUsage();
    for (const [index, file] of pictures.entries()) {
      const started = performance.now();
      const decoded = await readPicture(file, this.width, this.height);
      const times = { capturedAt: new Date() };
      const frame = { kind: 'picture', id: index + 1, name: path.basename(file), ...times, ...decoded };
      const result = await this.#inference.infer(frame, performance.now() - started);
      const text = formatNative(nativeResult(result, index + 1));
      if (publish) await this.#client.publish(topic, text);
      wallMs.push(performance.now() - started);
      labels.push(result.predictions[0].label);
    }
    const { user, system } = process.cpuUsage(before);
    return { wallMs, cpuMs: (user + system) / 1000, labels };
  }

  async stop() {
    await this.#client.close();
    await this.#inference.dispose();
  }
}
