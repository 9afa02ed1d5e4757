import { Command } from 'commander';
import { createGreengrassClient } from '../greengrass/index.js';
import { createLogger } from '../logger.js';
import { positiveNumber } from './numbers.js';
import { resultLine } from './result-line.js';
import { untilStopped } from './stop-signal.js';
import { Redraw, WatchView } from './watch-view.js';

export const watchCommand = (): Command =>
  new Command('watch')
    .description(
      'show what comes on local topics: a table that stays in its place, or lines where the output is no terminal',
    )
    .argument('<topic...>', 'topics, with the MQTT wildcards + and # where the nucleus allows them')
    .option('--lines', 'one line a message in a terminal, too', false)
    .option('--json', 'one JSON object a line: topic and payload as they came', false)
    .option('--seconds <n>', 'end by itself after n seconds', positiveNumber)
    .addHelpText(
      'after',
      '\nIt connects like a component, by the variables that the nucleus (or "mli nucleus") gives.',
    )
    .action(watch);

interface WatchOptions {
  json: boolean;
  lines: boolean;
  seconds?: number;
}

/** A person can read so often. */
const redrawMs = 500;

async function watch(topics: string[], options: WatchOptions): Promise<void> {
  const logger = createLogger({
    name: 'mli',
    level: process.env['MLI_LOG_LEVEL'] ?? 'warn',
    stream: 'stderr',
  });
  const client = createGreengrassClient({ logger, heartbeatMs: 0 });
  const stopped = untilStopped(options.seconds);
  const view = process.stdout.isTTY && !options.json && !options.lines ? new WatchView() : undefined;
  const redraw = new Redraw((text) => process.stdout.write(text));
  const draw = () => view && redraw.draw(view.lines(new Date(), process.stdout.columns));
  const drawing = setInterval(draw, redrawMs);
  try {
    const subscribed = client.connect().then(async () => {
      for (const topic of topics) {
        await client.subscribe(topic, ({ topic: from, payload }) => {
          if (view) view.add(from, payload);
          else
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
    clearInterval(drawing);
    draw();
    await client.close();
  }
}
