import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { PipelineProcesses } from '../../src/pipeline/processes.js';
import type { PipelineSeat } from '../../src/pipeline/seat.js';
import { fakeSpec, until } from './fake-pipelines.js';

const entry = fileURLToPath(new URL('./fake-process.mjs', import.meta.url));
const logger = createLogger({ name: 'test', level: 'silent' });
const noEvents = { onNews: () => undefined, onExit: () => undefined };

/** Processes that run the fake, by their numbers. */
const children = (): number[] =>
  readdirSync(`/proc/${process.pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${process.pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '')
    .map(Number);

const processes = () => new PipelineProcesses(logger, { entry, limitMs: 1000 });
const end = async (...seats: PipelineSeat[]): Promise<void> => {
  for (const seat of seats) seat.kill('the test is over');
  await until(() => children().length === 0);
};

it('is taken by the first pipeline, and by that one alone', async () => {
  const prepared = processes();
  prepared.prepare();
  const [spare] = children();
  const first = prepared.seat(fakeSpec('works', { name: 'a' }), true, noEvents);
  expect(first.pid).toBe(spare);
  const second = prepared.seat(fakeSpec('works', { name: 'b' }), true, noEvents);
  expect(second.pid).not.toBe(spare);
  await end(first, second);
});

it('is passed over where it died in the meantime', async () => {
  const prepared = processes();
  prepared.prepare();
  const [spare] = children();
  process.kill(Number(spare), 'SIGKILL');
  await until(() => children().length === 0);
  const seat = prepared.seat(fakeSpec('works'), false, noEvents);
  expect(seat.pid).not.toBe(spare);
  expect(seat.pid).toBeDefined();
  await end(seat);
});

it('ends where no pipeline takes it', async () => {
  const prepared = processes();
  prepared.prepare();
  expect(children()).toHaveLength(1);
  prepared.dismiss();
  await until(() => children().length === 0);
});
