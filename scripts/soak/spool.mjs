#!/usr/bin/env node
// Soak of the spool: messages at a fixed rate to an IoT Core that goes away, from a process that is killed. Needs "npm run build".
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../dist/logger.js';
import { DevelopmentNucleus } from '../../dist/nucleus/index.js';
import { folderBytes } from '../../dist/spool/folder-size.js';

const child = fileURLToPath(new URL('spool-child.mjs', import.meta.url));

/**
 * @param {{ count: number, perSecond: number, outages: number, kills: number, kind: 'classic' | 'lite', maxMegabytes: number }} options
 * @returns what arrived and what did not
 */
export async function soak({ count, perSecond, outages, kills, kind, maxMegabytes }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'mli-soak-'));
  const nucleus = new DevelopmentNucleus({
    logger: createLogger({ name: 'nucleus', level: 'silent' }),
    kind,
  });
  await nucleus.start();
  const received = [];
  nucleus.iotCore.subscribe({
    filter: 'mli/predictions/soak',
    receive: ({ payload }) => received.push(JSON.parse(payload.toString()).n),
  });
  const { environment } = await nucleus.addComponent({
    name: 'soak',
    accessControl: {
      'aws.greengrass.ipc.mqttproxy': {
        all: { operations: ['aws.greengrass#PublishToIoTCore'], resources: ['*'] },
      },
    },
  });
  let running;
  let pushed = false;
  let status;
  const start = () => {
    running = fork(child, [JSON.stringify({ folder, count, perSecond, maxMegabytes })], {
      env: { ...process.env, ...environment },
    });
    running.on('message', (message) => {
      if (message === 'pushed') pushed = true;
      else status = message.status;
    });
  };
  let diskBytes = 0;
  const measuring = setInterval(async () => {
    diskBytes = Math.max(diskBytes, await folderBytes(path.join(folder, 'spool')));
  }, 200);
  try {
    start();
    const totalMs = (count / perSecond) * 1000;
    const steps = Math.max(outages, kills);
    for (let step = 0; step < steps; step++) {
      await sleep((totalMs / steps) * 0.4);
      if (step < outages) nucleus.iotCore.setOnline(false);
      await sleep((totalMs / steps) * 0.2);
      if (step < kills) {
        running.kill('SIGKILL');
        await once(running, 'exit');
        start();
      }
      await sleep((totalMs / steps) * 0.3);
      nucleus.iotCore.setOnline(true);
      await sleep((totalMs / steps) * 0.1);
    }
    const limit = performance.now() + 60_000 + 4 * totalMs;
    while (!(pushed && status?.waiting === 0)) {
      if (performance.now() > limit)
        throw new Error(`The spool does not run empty: ${JSON.stringify(status)}`);
      await sleep(200);
    }
    running.kill('SIGTERM');
    const numbers = async (name) =>
      (await readFile(path.join(folder, name), 'utf8')).trim().split('\n').map(Number);
    const [tried, acknowledged] = [await numbers('tried'), await numbers('acknowledged')];
    const arrived = [...new Set(received)];
    return {
      tried: tried.length,
      acknowledged: new Set(acknowledged).size,
      arrived: arrived.length,
      duplicates: received.length - arrived.length,
      lostAcknowledged: acknowledged.filter((n) => !arrived.includes(n)).length,
      lostAltogether: tried.filter((n) => !arrived.includes(n)).length,
      inOrder: arrived.every((n, index) => index === 0 || n > arrived[index - 1]),
      mostDiskBytes: diskBytes,
      counters: status,
    };
  } finally {
    clearInterval(measuring);
    running.kill('SIGKILL');
    await nucleus.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kind = process.argv.includes('--classic') ? 'classic' : 'lite';
  const result = await soak({ count: 10_000, perSecond: 100, outages: 5, kills: 5, kind, maxMegabytes: 64 });
  console.log(JSON.stringify(result, null, 2));
  const whole = result.lostAcknowledged === 0 && result.inOrder && result.mostDiskBytes <= 64_000_000;
  console.log(whole ? 'none lost, in order, within the budget' : 'FAILED');
  process.exitCode = whole ? 0 : 1;
}
