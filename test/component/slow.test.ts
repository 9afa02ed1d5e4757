import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../src/cli/free-port.js';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { Desk } from './desk.js';

let desk: Desk;
let watchers: Socket[] = [];
afterEach(async () => {
  for (const watcher of watchers) watcher.destroy();
  watchers = [];
  await desk.close();
});

/** Memory of a process in kB, of its own. */
const memoryKb = (pid: number): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** A browser that asks for all that happens, and reads none of it. */
async function watchWithoutReading(port: number): Promise<void> {
  const watcher = connect({ port, host: '127.0.0.1' });
  watcher.on('error', () => undefined);
  watcher.pause();
  await once(watcher, 'connect');
  watcher.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  watchers.push(watcher);
}

it('a nucleus and watchers of the page that do not read cost neither memory nor the tick, only what they do not read', async () => {
  desk = await Desk.open();
  const port = await freePort('127.0.0.1', 0);
  const source = { type: 'images', path: desk.pictures, intervalSeconds: 0 };
  const component = await desk.run({
    ...desk.configuration({ 'belt-1': { source } }),
    dashboard: { enabled: true, port },
    status: { intervalSeconds: 1 },
  } as never);
  const pid = component.pid ?? 0;
  await desk.until('the page', () => desk.log.includes('live page'));
  await desk.moreResults(200);
  const before = memoryKb(pid);
  const told = desk.results().at(-1)?.frame.id ?? 0;
  for (let count = 0; count < 4; count++) await watchWithoutReading(port);
  desk.nucleus.faults.hang();
  await sleep(8000);
  const after = memoryKb(pid);
  desk.nucleus.faults.resume();
  await desk.moreResults(50);
  const frames = (desk.results().at(-1)?.frame.id ?? 0) - told;
  // The model went on all the while: at least ten frames a second, and a kilobyte and more for each and each watcher.
  expect(frames).toBeGreaterThan(80);
  expect(after - before).toBeLessThan(40_000);
  const published = () =>
    desk.local
      .filter(({ topic }) => topic === 'mli/status/desk')
      .map(({ message }) => (message as PipelineStatusMessage).published)
      .at(-1);
  await desk.until('the count of what was dropped', () => (published()?.localDropped ?? 0) > 0);
  expect(desk.log).not.toMatch(/PROCESS_SILENT|PROCESS_HUNG/);
}, 60_000);
