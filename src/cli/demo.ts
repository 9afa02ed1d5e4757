import { Command } from 'commander';
import path from 'node:path';
import { createLogger } from '../logger.js';
import { loadConfiguration, setOption } from './configuration.js';
import { DemoProcess } from './demo-process.js';
import { freePort } from './free-port.js';
import { DemoSummary } from './demo-summary.js';
import { exitCodes } from './failure.js';
import { installFolder } from './install.js';
import { observerRights } from './nucleus.js';
import { positiveNumber } from './numbers.js';
import { untilStopped } from './stop-signal.js';
import { pumpCommand } from './pump/index.js';
import { surveillanceCommand } from './surveillance/index.js';

interface DemoOptions {
  seconds?: number;
  set: string[];
}

const gateTopic = 'line1/gate';
/** Until the first result, on a slow machine with a cold cache. */
const startLimitSeconds = 60;

export const demoCommand = (): Command =>
  new Command('demo')
    .description(
      'sort rendered waste on a belt: development nucleus, component and subscriber on this machine, no AWS, no camera',
    )
    .option('--seconds <n>', 'end by itself, n seconds after the first result', positiveNumber)
    .option(...setOption)
    .action(demo)
    .addCommand(surveillanceCommand())
    .addCommand(pumpCommand());

async function demo(options: DemoOptions): Promise<void> {
  const { DevelopmentNucleus } = await import('../nucleus/index.js');
  const configuration = await loadConfiguration(path.join(installFolder, 'samples/belt.yaml'), options.set);
  const { dashboard } = configuration;
  // Something else may have the usual port.
  if (dashboard.enabled) dashboard.port = await freePort(dashboard.host, dashboard.port);
  const nucleus = new DevelopmentNucleus({
    logger: createLogger({ name: 'nucleus', level: 'warn', stream: 'stderr' }),
    thingName: 'demo',
  });
  await nucleus.start();
  const summary = new DemoSummary();
  const processes: DemoProcess[] = [];
  // A Ctrl-C in the terminal reaches the children as well: from then on their end is expected.
  const interrupted = untilStopped().then(() => processes.forEach((process) => process.expectExit()));
  try {
    const access = await nucleus.addComponent({
      recipe: path.join(installFolder, 'recipes/mli.Inference.yaml'),
      // What a deployment would merge; through JSON, as the nucleus keeps it.
      configuration: JSON.parse(JSON.stringify({ ...configuration, accessControl: gateRights })) as Record<
        string,
        never
      >,
    });
    const observer = await nucleus.addComponent({ name: 'mli.Watch', accessControl: observerRights });
    nucleus.pubsub.subscribe({
      filter: '#',
      component: undefined,
      receivesOwn: true,
      receive: (message) => summary.add(message),
    });

    console.log(
      'Development nucleus, component and subscriber are starting. The pictures are rendered, not photographs. Ctrl-C ends it.',
    );
    console.log(dashboard.enabled ? `The live page: http://${dashboard.host}:${dashboard.port}/\n` : '');
    const subscriber = new DemoProcess(
      'subscriber',
      ['watch', 'mli/predictions/#', 'line1/#'],
      observer.environment,
    );
    const component = new DemoProcess('component', ['run'], access.environment, { logFile: true });
    processes.push(component, subscriber);
    await Promise.race([
      interrupted,
      component.exited,
      subscriber.exited,
      summary
        .firstResult(startLimitSeconds)
        .then((came) => (came ? untilStopped(options.seconds) : undefined)),
    ]);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await nucleus.stop();
  }
  console.log(summary.text(gateTopic));
  const failed = processes.filter(({ failedEarly }) => failedEarly);
  for (const process of failed) console.error(`The ${process.name} ended too early. ${process.hint}`);
  if (summary.results === 0) console.error(processes.map(({ hint }) => hint).join(''));
  if (failed.length > 0 || summary.results === 0) process.exitCode = exitCodes.failed;
}

/** The recipe allows the topics of the default configuration; the topics of one's own rules come with the deployment. */
const gateRights: Record<string, Record<string, { operations: string[]; resources: string[] }>> = {
  'aws.greengrass.ipc.pubsub': {
    'mli.Inference:pubsub:gate': { operations: ['aws.greengrass#PublishToTopic'], resources: [gateTopic] },
  },
};
