import { Command, Option } from 'commander';
import path from 'node:path';
import { createLogger } from '../logger.js';
import type { ComponentAccess, NucleusKind } from '../nucleus/index.js';
import { loadConfiguration } from './configuration.js';
import { installFolder } from './install.js';
import { untilStopped } from './stop-signal.js';

interface NucleusCommandOptions {
  recipe: string;
  config?: string;
  kind: NucleusKind;
  socket?: string;
  thing: string;
}

export const nucleusCommand = (): Command =>
  new Command('nucleus')
    .description('run the development nucleus: Greengrass IPC on a local socket, for the desk only')
    .option(
      '--recipe <file>',
      'recipe of the component under development',
      path.join(installFolder, 'recipes/mli.Inference.yaml'),
    )
    .option('--config <file>', 'configuration to deploy to it')
    .addOption(
      new Option('--kind <kind>', 'which nucleus to play').choices(['classic', 'lite']).default('classic'),
    )
    .option('--socket <path>', 'path of the socket (default: in a new private folder)')
    .option('--thing <name>', 'name of the thing', 'development-thing')
    .action(runNucleus);

async function runNucleus(options: NucleusCommandOptions): Promise<void> {
  const { DevelopmentNucleus } = await import('../nucleus/index.js');
  const nucleus = new DevelopmentNucleus({
    logger: createLogger({ name: 'nucleus', stream: 'stderr' }),
    kind: options.kind,
    thingName: options.thing,
    ...(options.socket !== undefined && { socketPath: options.socket }),
  });
  const stopped = untilStopped();
  await nucleus.start();
  try {
    const configuration =
      options.config === undefined ? undefined : await loadConfiguration(options.config, []);
    const component = await nucleus.addComponent({
      recipe: options.recipe,
      ...(configuration && {
        configuration: JSON.parse(JSON.stringify(configuration)) as Record<string, never>,
      }),
    });
    const observer = await nucleus.addComponent({ name: 'mli.Watch', accessControl: observerRights });
    console.log(`${shellLines(component)}\n\n${shellLines(observer)}\n\nStop with Ctrl-C.`);
    await stopped;
  } finally {
    await nucleus.stop();
  }
}

/** Reads every local topic: a right for the desk, that no recipe of ours asks for. */
export const observerRights = {
  'aws.greengrass.ipc.pubsub': {
    'mli.Watch:pubsub:1': { operations: ['aws.greengrass#SubscribeToTopic'], resources: ['*'] },
  },
};

function shellLines({ name, environment }: ComponentAccess): string {
  const lines = Object.entries(environment).map(([variable, value]) => `export ${variable}='${value}'`);
  return [`# ${name}`, ...lines].join('\n');
}
