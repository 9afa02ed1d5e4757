import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { UploadItem, UploadOutcome } from '../../src/spool/index.js';
import { Rests } from '../../src/spool/rests.js';
import { UploadsLane } from '../../src/spool/uploads.js';
import { config, quiet, temporaryFolder, until } from './lanes.js';

const item = (key: string, bucket = 'samples'): UploadItem => ({
  owner: 'feedback',
  bucket,
  key,
  contentType: 'image/jpeg',
  body: Buffer.from(key),
});
const delayed = { status: 'delayed', error: 'SlowDown', reason: 'busy' } as const;
const refused = { status: 'refused', error: 'AccessDenied', reason: 'no' } as const;
const delayAtMostMs = 3_600_000;
const uploaded = (bytes: number): UploadOutcome => ({ status: 'uploaded', etag: '"x"', bytes });

afterEach(() => vi.restoreAllMocks());

it('pauses after a failure are spread, longer each time, and longest where a person has to help', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const pauses = (failure: typeof delayed | typeof refused, times: number) =>
    Array.from({ length: 200 }, () => {
      const rests = new Rests();
      for (let count = 0; count < times; count++) {
        now += delayAtMostMs;
        rests.begin(item('a'), failure);
      }
      return rests.remainingMs[0] ?? NaN;
    }).sort((a, b) => a - b);
  for (const [failure, times, longestMs] of [
    [delayed, 1, 1000],
    [delayed, 4, 8000],
    [delayed, 40, 300_000],
    [refused, 1, 30_000],
    [refused, 40, delayAtMostMs],
  ] as const) {
    const all = pauses(failure, times);
    expect(all[0]).toBeGreaterThan(longestMs * 0.45);
    expect(all.at(-1)).toBeLessThanOrEqual(longestMs);
    // A fleet does not come back in step.
    expect((all[150] ?? NaN) - (all[50] ?? NaN)).toBeGreaterThan(longestMs * 0.1);
  }
});

it('uploads that fail together lengthen the pause once, and the last one says why', () => {
  const rests = new Rests();
  for (const error of ['SlowDown', 'SlowDown', 'TimeoutError']) rests.begin(item('a'), { ...delayed, error });
  expect(rests.remainingMs[0]).toBeLessThanOrEqual(1000);
  expect(rests.firstFault).toBe('TimeoutError');
});

it('an upload whose item no disk takes leaves no body behind', async () => {
  const { folder, remove } = await temporaryFolder();
  await writeFile(path.join(folder, 'v1'), 'no folder');
  const lane = new UploadsLane({
    folder,
    config: config().uploads,
    put: async () => delayed,
    logger: quiet,
  });
  try {
    await lane.start();
    expect(await lane.push(item('a.jpg'))).toBe('memory');
    await lane.close();
    expect(await readdir(path.join(folder, 'bodies-v1'))).toEqual([]);
    expect(lane.status.lostWithoutDisk).toBe(1);
  } finally {
    await remove();
  }
});

it('an upload that S3 is too busy for is tried again until it is there, alone, and its owner is told twice', async () => {
  const { folder, remove } = await temporaryFolder();
  const attempts: string[] = [];
  const answers = [delayed, delayed];
  const lane = new UploadsLane({
    folder,
    config: config().uploads,
    put: async ({ key, body }) => {
      attempts.push(key);
      return answers.pop() ?? uploaded(body.byteLength);
    },
    logger: quiet,
  });
  const told: string[] = [];
  lane.listen('feedback', async ({ key }, { status }) => {
    told.push(`${key} ${status}`);
    return 'keep';
  });
  await lane.start();
  try {
    await lane.push(item('a.jpg'));
    await until('the first attempt', () => attempts.length === 1);
    expect(lane.status).toMatchObject({ waiting: 1, sendFault: 'SlowDown' });
    await until('the upload', () => lane.status.sent === 1);
    expect(attempts).toEqual(['a.jpg', 'a.jpg', 'a.jpg']);
    expect(told).toEqual(['a.jpg delayed', 'a.jpg uploaded']);
    expect(lane.status).toMatchObject({ waiting: 0, refused: 0, sendFault: undefined });
  } finally {
    await lane.close();
    await remove();
  }
});

it('no more bodies are in memory than are sent at once, however slow S3 is', async () => {
  const { folder, remove } = await temporaryFolder();
  let underWay = 0;
  let most = 0;
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const lane = new UploadsLane({
    folder,
    config: config({ uploads: { parallel: 3 } }).uploads,
    put: async ({ body }) => {
      most = Math.max(most, ++underWay);
      await over;
      underWay--;
      return uploaded(body.byteLength);
    },
    logger: quiet,
  });
  await lane.start();
  try {
    await Promise.all(Array.from({ length: 30 }, (_, n) => lane.push(item(`${n}.jpg`, `bucket-${n}`))));
    await until('three of them', () => underWay === 3);
    expect(lane.status.waiting).toBe(30);
    end();
    await until('all', () => lane.status.sent === 30);
    expect(most).toBe(3);
  } finally {
    await lane.close();
    await remove();
  }
});

it('an owner who was told that an upload is late is told of its refusal, too, and may give it up', async () => {
  const { folder, remove } = await temporaryFolder();
  const answers: UploadOutcome[] = [delayed, delayed, refused];
  const lane = new UploadsLane({
    folder,
    config: config().uploads,
    put: async () => answers.shift() ?? refused,
    logger: quiet,
  });
  const told: string[] = [];
  lane.listen('feedback', async (_item, { status }) => {
    told.push(status);
    return 'drop';
  });
  await lane.start();
  try {
    await lane.push(item('a.jpg'));
    await until('its end', () => lane.status.waiting === 0);
    expect(told).toEqual(['delayed', 'refused']);
    expect(lane.status.refused).toBe(1);
  } finally {
    await lane.close();
    await remove();
  }
});

it.each([0, 2, 4, 6, 8])(
  'an upload that comes %i ms after the start is no orphan of the life before',
  async (ms) => {
    const { folder, remove } = await temporaryFolder();
    const lane = new UploadsLane({
      folder,
      config: config().uploads,
      put: async ({ body }) => uploaded(body.byteLength),
      logger: quiet,
    });
    try {
      const pushed = new Promise((resolve) => setTimeout(resolve, ms)).then(() => lane.push(item('a.jpg')));
      await lane.start();
      expect(await pushed).not.toBe('lost');
      await until('the upload', () => lane.status.sent === 1);
      expect(lane.status.damaged).toBe(0);
    } finally {
      await lane.close();
      await remove();
    }
  },
);
