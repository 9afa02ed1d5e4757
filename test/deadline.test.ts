import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withDeadline } from '../src/deadline.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason));
  });

it('work with a deadline leaves nothing on the signal that it was given, however it ends', async () => {
  const { signal } = new AbortController();
  expect(await withDeadline(signal, 60_000, async () => 'done')).toBe('done');
  await expect(withDeadline(signal, 60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('many works under one signal are no reason for a warning of Node', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => withDeadline(signal, 60_000, () => setImmediate())));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('the deadline comes with its time or with the signal, which may have come before', async () => {
  const ending = new AbortController();
  // The timer of a deadline keeps no process alive.
  const awake = setInterval(() => undefined, 10);
  expect(await withDeadline(ending.signal, 5, untilAborted)).toMatchObject({ name: 'TimeoutError' });
  clearInterval(awake);
  const work = withDeadline(ending.signal, 60_000, untilAborted);
  ending.abort('the end');
  expect(await work).toBe('the end');
  expect(await withDeadline(ending.signal, 60_000, untilAborted)).toBe('the end');
});
