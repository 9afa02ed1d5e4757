import { Command } from 'commander';
import { createGreengrassClient } from '../greengrass/index.js';
import { createLogger } from '../logger.js';
import { positiveNumber } from './numbers.js';
import { resultLine } from './result-line.js';
import { untilStopped } from './stop-signal.js';

export const watchCommand = (): Command =>
  new Command('watch')
    .description('print what comes on local topics, results as one line each')
    .argument('<topic...>', 'topics, with the MQTT wildcards + and # where the nucleus allows them')
    .option('--json', 'one JSON object a line: topic and payload as they came', false)
    .option('--seconds <n>', 'end by itself after n seconds', positiveNumber)
    .addHelpText(
      'after',
      '\nIt connects like a component, by the variables that the nucleus (or "mli nucleus") gives.',
    )
    .action(watch);

async function watch(topics: string[], options: { json: boolean; seconds?: number }): Promise<void> {
  const logger = createLogger({
    name: 'mli',
    level: process.env['MLI_LOG_LEVEL'] ?? 'warn',
    stream: 'stderr',
  });
  const client = createGreengrassClient({ logger, heartbeatMs: 0 });
  const stopped = untilStopped(options.seconds);
  try {
    const subscribed = client.connect().then(async () => {
      for (const topic of topics) {
        await client.subscribe(topic, ({ topic: from, payload }) => {
          console.log(
            options.json
              ? JSON.stringify({ topic: from, payload: Buffer.from(payload).toString('utf8') })
              : resultLine(from, payload),
          );
        });
      }
    });
    await Promise.race([subscribed, stopped]);
    await stopped;
  } finally {
    await client.close();
  }
}
