import { fileURLToPath } from 'node:url';
import { createLogger } from '../dist/logger.js';
import { DevelopmentNucleus } from '../dist/nucleus/index.js';
import { benchDocument } from './configuration.mjs';

const recipe = fileURLToPath(new URL('../recipes/mli.Inference.yaml', import.meta.url));
const resultTopics = 'mli/predictions/#';

/** The development nucleus in this process, with a configuration deployed, and the results that come over it. */
export class BenchNucleus {
  #nucleus = new DevelopmentNucleus({
    logger: createLogger({ name: 'nucleus', level: 'error', stream: 'stderr' }),
    thingName: 'bench',
  });
  #listeners = new Set();
  environment = /** @type {Readonly<Record<string, string>>} */ ({});

  /** @param {{ intervalSeconds: number, count?: number }} source of each pipeline, and how many there are */
  static async start(source) {
    const bench = new BenchNucleus();
    await bench.#nucleus.start();
    const { environment } = await bench.#nucleus.addComponent({
      recipe,
      configuration: benchDocument(source),
    });
    bench.environment = environment;
    bench.#nucleus.pubsub.subscribe({
      filter: resultTopics,
      component: undefined,
      receivesOwn: true,
      receive: ({ content }) =>
        bench.#listeners.forEach((listener) => listener(JSON.parse(content.binary.toString('utf8')))),
    });
    return bench;
  }

  /**
   * @param {import('./component-process.mjs').ComponentProcess} component an early end of it is an error
   * @param {(result: import('../dist/publish/index.js').NativeResult) => boolean} [isWanted]
   */
  async result(component, isWanted = () => true) {
    let listener;
    const wanted = new Promise((resolve) => {
      listener = (result) => isWanted(result) && resolve(result);
      this.#listeners.add(listener);
    });
    try {
      return await Promise.race([wanted, component.failure]);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Deploys a change of the configuration, as a deployment merges it. @param {object} change */
  deploy(change) {
    return this.#nucleus.deploy('mli.Inference', { merge: change });
  }

  stop() {
    return this.#nucleus.stop();
  }
}
