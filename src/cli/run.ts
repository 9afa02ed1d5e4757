import { Command } from 'commander';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Component } from '../component.js';
import { applyOverrides, parseConfiguration, resolvePaths, type Configuration } from '../config/index.js';
import { describeError, isEdgeError } from '../errors/index.js';
import { createGreengrassClient, type GreengrassClient } from '../greengrass/index.js';
import { createLogger, type Logger } from '../logger.js';
import { ModelRepository, storedLibrary } from '../models/index.js';
import { Backoff } from '../backoff.js';
import { ProvenModels } from '../proven-models.js';
import type { Transport } from '../publish/index.js';
import { stateFolder } from '../state-file.js';
import { loadConfiguration, setOption } from './configuration.js';
import { installFolder } from './install.js';
import { untilStopped } from './stop-signal.js';

interface RunOptions {
  config?: string;
  set: string[];
  nucleus: boolean;
}

/** A deployment changes many keys, and each is an event: the configuration is read once they have settled. */
const settleMs = 200;
const statusIntervalMs = 60_000;
/** Any message on it makes the component look for newer models: `mli model update`. */
export const updateModelsTopic = 'mli/control/update-models';

export const runCommand = (): Command =>
  new Command('run')
    .description('run the component: configured by Greengrass, or by a file')
    .option('--config <file>', 'YAML or JSON file instead of the configuration in Greengrass')
    .option(...setOption)
    .option(
      '--no-nucleus',
      'without Greengrass: messages go to standard output, one JSON object a line (needs --config)',
    )
    .action(run);

async function run(options: RunOptions, command: Command): Promise<void> {
  if (!options.nucleus && options.config === undefined)
    command.error('error: --no-nucleus needs --config <file>');
  const logger = createLogger({ name: 'mli', stream: options.nucleus ? 'stdout' : 'stderr' });
  const client = options.nucleus ? createGreengrassClient({ logger }) : undefined;
  const transport = client ?? standardOutput;
  const state = stateFolder();
  const workRoot = process.env['MLI_WORK_ROOT'];
  const component = new Component({
    thingName: process.env['AWS_IOT_THING_NAME'] ?? 'unnamed',
    transport,
    makeModels: ({ trust, modelCache }) =>
      new ModelRepository({
        folder: path.join(state, 'models'),
        workRoot,
        logger,
        trust,
        maxMegabytes: modelCache.maxMegabytes,
      }),
    proven: new ProvenModels(state, logger),
    storedLibrary: () => storedLibrary(workRoot, logger),
    logger,
  });
  const status = setInterval(() => logger.info({ pipelines: component.status }, 'status'), statusIntervalMs);
  try {
    const stopped = untilStopped();
    if (options.config !== undefined) {
      const configuration = await loadConfiguration(options.config, options.set);
      // Local work does not wait for the nucleus; what cannot be published until it is there is counted.
      client?.connect().catch((error: unknown) => logger.error(describeError(error)));
      component.apply(configuration);
    } else if (client) {
      await Promise.race([followGreengrass(client, component, options.set, logger), stopped]);
    }
    logger.info(`stopping on ${await stopped}`);
  } finally {
    clearInterval(status);
    await component.stop();
    logger.info({ counters: client?.counters }, 'stopped');
    await client?.close();
  }
}

/** Applies the configuration in Greengrass, now and at each change. A wrong one is refused at the start, later the old one stays. */
async function followGreengrass(
  client: GreengrassClient,
  component: Component,
  overrides: readonly string[],
  logger: Logger,
): Promise<void> {
  const parse = (document: unknown): Configuration =>
    resolvePaths(parseConfiguration(applyOverrides(document, overrides), 'in Greengrass'), installFolder);
  await client.connect();
  component.apply(parse(await readConfiguration(client, logger)));

  const reload = async () => {
    try {
      component.apply(parse(await client.getConfiguration()));
    } catch (error) {
      logger.error(`The changed configuration is not applied, the one before stays. ${describeError(error)}`);
    }
  };
  let settling: NodeJS.Timeout | undefined;
  const following = [
    client.onConfigurationUpdate(() => {
      clearTimeout(settling);
      settling = setTimeout(() => void reload(), settleMs);
    }),
    client.validateConfiguration((document) => {
      try {
        parse(document);
        return { accept: true };
      } catch (error) {
        return { accept: false, reason: describeError(error) };
      }
    }),
    client.subscribe(updateModelsTopic, () => component.refreshModels()),
  ];
  // The pipelines are at work already: what cannot be followed is said, and is no reason to stop them.
  for (const outcome of await Promise.allSettled(following)) {
    if (outcome.status === 'rejected') logger.error(describeError(outcome.reason));
  }
  // Nucleus lite takes a state only from components that systemd runs.
  await client.updateState('RUNNING').catch((error: unknown) => logger.debug(describeError(error)));
}

/** A nucleus that is just starting may be slow to answer; a component that gives up three times in an hour is BROKEN. */
async function readConfiguration(client: GreengrassClient, logger: Logger): Promise<unknown> {
  const backoff = new Backoff({ initialMs: 1000, maxMs: 30_000 });
  for (;;) {
    try {
      return await client.getConfiguration();
    } catch (error) {
      if (isEdgeError(error) && error.fatal) throw error;
      logger.error(describeError(error));
      await sleep(backoff.nextMs());
    }
  }
}

const standardOutput: Transport = {
  publish: (topic, payload) => print({ topic, message: JSON.parse(payload) as unknown }),
  publishToIotCore: (topic, payload) =>
    print({ iotCoreTopic: topic, message: JSON.parse(payload) as unknown }),
};

async function print(line: object): Promise<void> {
  console.log(JSON.stringify(line));
}
