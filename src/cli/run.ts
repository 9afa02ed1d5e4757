import { Command } from 'commander';
import { Component } from '../component.js';
import { describeError } from '../errors/index.js';
import { createGreengrassClient, type GreengrassClient } from '../greengrass/index.js';
import { useTokenExchange } from '../greengrass/token-exchange.js';
import { createLogger, type Logger } from '../logger.js';
import { storedLibrary } from '../models/index.js';
import { ProvenModels } from '../proven-models.js';
import type { Transport } from '../publish/index.js';
import { createSpool, spooledTransport } from '../spooled-transport.js';
import { stateFolder } from '../state-file.js';
import { loadConfiguration, setOption } from './configuration.js';
import { GreengrassConfiguration } from './follow-greengrass.js';
import { productVersion } from './install.js';
import { RepositoryOfProcess } from './model-supply.js';
import { untilStopped } from './stop-signal.js';

interface RunOptions {
  config?: string;
  set: string[];
  nucleus: boolean;
}

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
  const state = stateFolder();
  const spool = client && createSpool(client, state, logger);
  const transport = client && spool ? spooledTransport(client, spool) : standardOutput;
  const workRoot = process.env['MLI_WORK_ROOT'];
  const models = new RepositoryOfProcess({ state, workRoot, logger, inUse: () => component.modelsInUse });
  const component: Component = new Component({
    thingName: process.env['AWS_IOT_THING_NAME'] ?? 'unnamed',
    transport,
    spool,
    nucleusConnected: client && (() => client.connected),
    makeModels: (configuration) => models.for(configuration),
    proven: new ProvenModels(state, logger),
    storedLibrary: () => storedLibrary(workRoot, logger),
    secrets: client && ((secret) => client.getSecret(secret)),
    topics: client,
    subscriber: client,
    productVersion,
    logger,
  });
  component.prepare();
  const status = setInterval(() => logger.info({ pipelines: component.status }, 'status'), statusIntervalMs);
  const ending = new AbortController();
  try {
    const stopped = untilStopped();
    await spool?.start();
    if (client) void useTokenExchange(client, logger);
    if (client) void listenForUpdates(client, component, logger);
    if (options.config !== undefined) {
      component.apply(await loadConfiguration(options.config, options.set));
    } else if (client) {
      const configuration = new GreengrassConfiguration(client, component, options.set, logger);
      await Promise.race([configuration.follow(ending.signal), stopped]);
    }
    logger.info(`stopping on ${await stopped}`);
  } finally {
    ending.abort();
    clearInterval(status);
    await component.stop();
    await spool?.close();
    models.close();
    logger.info({ counters: client?.counters }, 'stopped');
    await client?.close();
  }
}

/** Not vital: without it new models come by polling and by deployments. */
async function listenForUpdates(
  client: GreengrassClient,
  component: Component,
  logger: Logger,
): Promise<void> {
  try {
    await client.connect();
    await client.subscribe(updateModelsTopic, () => component.refreshModels());
  } catch (error) {
    logger.error(describeError(error));
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
