// The component's half of the soak of the spool: pushes numbered messages at a fixed rate, and notes which were acknowledged.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spoolSchema } from '../../dist/config/spool.js';
import { createGreengrassClient } from '../../dist/greengrass/index.js';
import { createLogger } from '../../dist/logger.js';
import { Spool } from '../../dist/spool/index.js';

const { folder, count, perSecond, maxMegabytes } = JSON.parse(process.argv[2]);
const file = (name) => path.join(folder, name);
const linesOf = (name) =>
  existsSync(file(name)) ? readFileSync(file(name), 'utf8').trim().split('\n').filter(Boolean) : [];

const logger = createLogger({ name: 'soak', level: 'error' });
const client = createGreengrassClient({ logger });
void client.connect().catch(() => undefined);
const spool = new Spool({
  folder,
  config: spoolSchema.parse({ results: { maxMegabytes, publishesPerSecond: 100, kibibytesPerSecond: 512 } }),
  send: ({ topic, payload, qos }) => client.publishToIotCore(topic, payload, qos),
  logger,
});
await spool.start();

// About as long as a native result.
const filler = 'x'.repeat(560);
const first = Number(linesOf('tried').at(-1) ?? 0) + 1;
const started = performance.now();
for (let n = first; n <= count; n++) {
  const dueMs = started + ((n - first) * 1000) / perSecond;
  if (dueMs > performance.now()) await sleep(dueMs - performance.now());
  appendFileSync(file('tried'), `${n}\n`);
  const payload = JSON.stringify({ id: `soak-${n}`, n, filler });
  void spool.push('results', { topic: 'mli/predictions/soak', payload, qos: 1 }).then((stored) => {
    if (stored !== 'lost') appendFileSync(file('acknowledged'), `${n}\n`);
  });
}
process.send?.('pushed');
setInterval(() => process.send?.({ status: spool.status.results }), 200);
