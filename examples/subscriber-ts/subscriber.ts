import type { NativeResult } from 'greengrass-mli';
import { createGreengrassClient } from 'greengrass-mli/greengrass';
import { pino } from 'pino';

/**
 * A Greengrass component that follows the results of mli.Inference. The client reconnects and subscribes again by itself, after a
 * restart of the nucleus too.
 */
const topic = process.argv[2] ?? `mli/predictions/${process.env['AWS_IOT_THING_NAME'] ?? '+'}`;
const logger = pino({ level: 'warn' }, pino.destination(2));

function onResult({ pipeline, id, predictions: [best], decision }: NativeResult): void {
  console.log(JSON.stringify({ pipeline, id, best, decision }));
}

const client = createGreengrassClient({ logger });
await client.connect();
try {
  await client.subscribe(topic, ({ payload }) =>
    onResult(JSON.parse(Buffer.from(payload).toString()) as NativeResult),
  );
} catch (error) {
  console.error((error as Error).message);
  await client.close();
  process.exitCode = 1;
}
process.once('SIGTERM', () => void client.close());
