import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Component } from '../component.js';
import type { Configuration } from '../config/index.js';
import { createLogger } from '../logger.js';
import { storedLibrary } from '../models/index.js';
import { ProvenModels } from '../proven-models.js';
import type { NativeResult, Transport } from '../publish/index.js';
import { exitCodes } from './failure.js';
import { freePort } from './free-port.js';
import { productVersion } from './install.js';
import { RepositoryOfProcess } from './model-supply.js';
import { untilStopped } from './stop-signal.js';

export interface Demo {
  readonly configuration: Configuration;
  /** Until it ends by itself, after the first result. */
  readonly seconds: number | undefined;
  readonly onResult: (result: NativeResult) => void;
  /** What its rules publish. */
  readonly onMessage: (topic: string, payload: string) => void;
  /** Settles when there is no more to come. */
  readonly ended?: (component: Component) => Promise<unknown>;
}

/** Until the first result, on a slow machine with a cold cache. */
const startLimitSeconds = 60;

/**
 * Runs a component in this very process, without a nucleus, until it is stopped.
 * @returns whether there were results; where there were none, the command has failed
 */
export async function runDemo(demo: Demo): Promise<boolean> {
  const { configuration, seconds, ended } = demo;
  const { dashboard } = configuration;
  // Something else may have the usual port.
  if (dashboard.enabled) dashboard.port = await freePort(dashboard.host, dashboard.port);
  const state = await mkdtemp(path.join(tmpdir(), 'mli-demo-'));
  const listener = new Listener(demo);
  const { component, close } = demoComponent(state, listener);
  try {
    component.apply(configuration);
    if (dashboard.enabled) console.log(`The live page: http://${dashboard.host}:${dashboard.port}/\n`);
    await Promise.race([
      untilStopped(),
      ...(ended ? [ended(component)] : []),
      untilStopped(startLimitSeconds).then(() => (listener.heard ? untilStopped() : undefined)),
      listener.first.then(() => untilStopped(seconds)),
    ]);
  } finally {
    await close();
    await rm(state, { recursive: true, force: true });
  }
  if (listener.heard) return true;
  console.error('No results came.');
  process.exitCode = exitCodes.failed;
  return false;
}

/** Tells the results from what the rules publish. */
class Listener implements Transport {
  readonly first: Promise<void>;
  heard = false;
  readonly #demo: Demo;
  #told: () => void = () => undefined;

  constructor(demo: Demo) {
    this.#demo = demo;
    this.first = new Promise((resolve) => (this.#told = resolve));
  }

  async publish(topic: string, payload: string): Promise<void> {
    if (topic.startsWith('mli/predictions/')) {
      this.heard = true;
      this.#demo.onResult(JSON.parse(payload) as NativeResult);
      this.#told();
    } else if (!topic.startsWith('mli/')) {
      this.#demo.onMessage(topic, payload);
    }
  }

  async publishToIotCore(): Promise<void> {
    // There is no cloud in a demo.
  }
}

/** @param state folder for its models and proofs */
function demoComponent(
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
