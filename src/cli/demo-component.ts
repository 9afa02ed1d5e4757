import { Component } from '../component.js';
import { createLogger } from '../logger.js';
import { storedLibrary } from '../models/index.js';
import { ProvenModels } from '../proven-models.js';
import type { Transport } from '../publish/index.js';
import { productVersion } from './install.js';
import { RepositoryOfProcess } from './model-supply.js';

/**
 * A component in this very process, without a nucleus, for a demo.
 * @param state folder for its models and proofs
 */
export function demoComponent(
  state: string,
  transport: Transport,
): { component: Component; close: () => Promise<void> } {
  const logger = createLogger({ name: 'mli', level: 'warn', stream: 'stderr' });
  const models = new RepositoryOfProcess({
    state,
    workRoot: undefined,
    logger,
    inUse: () => component.modelsInUse,
  });
  const component: Component = new Component({
    thingName: 'demo',
    transport,
    makeModels: (wanted) => models.for(wanted),
    proven: new ProvenModels(state, logger),
    storedLibrary: () => storedLibrary(undefined, logger),
    productVersion,
    logger,
  });
  return {
    component,
    close: async () => {
      await component.stop();
      models.close();
    },
  };
}
