import { Command } from 'commander';
import { createGreengrassClient } from '../../greengrass/index.js';
import { createLogger } from '../../logger.js';
import { updateModelsTopic } from '../run.js';

export const updateCommand = (): Command =>
  new Command('update')
    .description('ask the running component to look for newer models now')
    .addHelpText(
      'after',
      `\nIt publishes on ${updateModelsTopic}, connected like a component, by the variables that the nucleus gives. What comes of it is on the status topic.`,
    )
    .action(async () => {
      const logger = createLogger({
        name: 'mli',
        level: process.env['MLI_LOG_LEVEL'] ?? 'warn',
        stream: 'stderr',
      });
      const client = createGreengrassClient({ logger, heartbeatMs: 0 });
      try {
        await client.connect({ timeoutMs: 10_000 });
        await client.publish(updateModelsTopic, '{}');
        console.log(`asked on ${updateModelsTopic}`);
      } finally {
        await client.close();
      }
    });
