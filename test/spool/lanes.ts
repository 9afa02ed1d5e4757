import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spoolSchema, type SpoolConfig } from '../../src/config/spool.js';
import { createLogger } from '../../src/logger.js';
import type { ResultItem } from '../../src/spool/index.js';

export const quiet = createLogger({ name: 'spool', level: 'silent' });

export const config = (more: object = {}): SpoolConfig =>
  spoolSchema.parse({
    results: { maxMegabytes: 8, publishesPerSecond: 100, kibibytesPerSecond: 512 },
    ...more,
  });

export const message = (n: number, payload = ''): ResultItem => ({
  topic: 'mli/predictions/desk',
  payload: `${n}${payload}`,
  qos: 1,
});

/** Numbers of the messages, as `message` made them. */
export const numbers = (items: readonly ResultItem[]): number[] =>
  items.map(({ payload }) => Number.parseInt(payload, 10));

export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A folder for the time of a test. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mli-spool-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Waits until the condition holds. */
export async function until(what: string, condition: () => boolean, limitMs = 30_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms for ${what}`);
    await sleep(10);
  }
}
