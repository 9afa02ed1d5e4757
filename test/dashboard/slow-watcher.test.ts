import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { dashboardRoutes, LiveState, Pictures } from '../../src/dashboard/index.js';
import { HttpServer } from '../../src/http/index.js';
import { createLogger } from '../../src/logger.js';
import { result } from './results.js';

it('a watcher who does not read is let go of, with what waited for it', async () => {
  const live = new LiveState('desk');
  const server = await HttpServer.start(
    {
      name: 'live page',
      address: { host: '127.0.0.1', port: 0 },
      logger: createLogger({ name: 'page', level: 'silent' }),
    },
    dashboardRoutes(live, new Pictures(() => Promise.reject(new Error('there are none')))),
  );
  const { port, host } = new URL(server.url);
  const watcher = connect({ port: Number(port), host: '127.0.0.1' });
  watcher.on('error', () => undefined);
  try {
    await once(watcher, 'connect');
    watcher.pause();
    watcher.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await expect.poll(() => live.watched).toBe(true);
    const name = 'x'.repeat(2000);
    let told = 0;
    const frame = { id: 1, capturedAt: '2026-01-02T03:04:05Z', width: 1, height: 1, name };
    // What the kernel and Node keep for a socket comes first: a few megabytes.
    while (live.watched && told < 50_000) {
      live.onResult({ ...result(++told), frame });
      if (told % 20 === 0) await turn();
    }
    expect(live.watched).toBe(false);
    expect(told * name.length).toBeLessThan(20e6);
  } finally {
    watcher.destroy();
    await server.stop(500);
  }
}, 30_000);
