import { chmod, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderBytes } from '../../src/spool/folder-size.js';
import { Queue } from '../../src/spool/queue.js';
import { quiet, range, temporaryFolder, until } from './lanes.js';

let folder: string;
let remove: () => Promise<void>;
const queues: Queue[] = [];
beforeEach(async () => ({ folder, remove } = await temporaryFolder()));
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
  await remove();
});

async function open(maxBytes = 8_000_000): Promise<Queue> {
  const queue = new Queue({ folder, maxBytes, logger: quiet });
  queues.push(queue);
  await queue.open();
  return queue;
}

const value = (n: number, bytes = 0) => Buffer.from(`${n} ${'x'.repeat(bytes)}`);
const fill = (queue: Queue, from: number, to: number) =>
  Promise.all(range(from, to).map((n) => queue.push(value(n))));

async function numbersIn(queue: Queue): Promise<(number | 'damaged')[]> {
  const items = await queue.read(0, 100_000);
  return items.map((item) => (item.value ? Number.parseInt(item.value.toString(), 10) : 'damaged'));
}

describe('the queue', () => {
  it('keeps items in their order, through a restart, and forgets those that are done', async () => {
    const first = await open();
    expect(await fill(first, 1, 200)).toEqual(Array(200).fill('disk'));
    for (const { sequence } of await first.read(0, 50)) first.remove(sequence);
    expect(await numbersIn(first)).toEqual(range(51, 200));
    await first.close();
    const second = await open();
    expect(second.waiting).toBe(150);
    await fill(second, 201, 220);
    expect(await numbersIn(second)).toEqual(range(51, 220));
    expect(second.waiting).toBe(170);
  });

  it('can be read while it is being written, and misses nothing', async () => {
    const queue = await open();
    const pushed = fill(queue, 1, 2000);
    const seen: number[] = [];
    while (seen.length < 2000) {
      for (const { sequence, value: bytes } of await queue.read(0, 16)) {
        seen.push(Number.parseInt(bytes?.toString() ?? '', 10));
        queue.remove(sequence);
      }
    }
    await pushed;
    expect(seen).toEqual(range(1, 2000));
    expect(queue.waiting).toBe(0);
  });

  it('stays within its budget on the disk: the oldest go and are counted', async () => {
    const queue = await open(8_000_000);
    let most = 0;
    // 30 MB that cannot be compressed.
    const { randomBytes } = await import('node:crypto');
    for (const batch of range(0, 29)) {
      await Promise.all(
        range(0, 99).map((n) => queue.push(Buffer.concat([value(batch * 100 + n), randomBytes(10_000)]))),
      );
      most = Math.max(most, await folderBytes(folder));
    }
    expect(most).toBeLessThan(8_000_000);
    const left = await numbersIn(queue);
    expect(left).toEqual(range(3000 - left.length, 2999));
    expect(left.length).toBeGreaterThan(100);
    expect(queue.counters.lostToBudget).toBe(3000 - left.length);
    expect(queue.waiting).toBe(left.length);
  });

  it('gives the space back when it has run empty', async () => {
    const queue = await open();
    const { randomBytes } = await import('node:crypto');
    for (const n of range(1, 300)) void queue.push(Buffer.concat([value(n), randomBytes(10_000)]));
    await until('3 MB', () => queue.waiting === 300);
    await queue.push(value(0));
    for (const { sequence } of await queue.read(0, 1000)) queue.remove(sequence);
    await until('an empty queue', () => queue.waiting === 0);
    await queue.close();
    const again = await open();
    await again.push(value(1));
    expect(await numbersIn(again)).toEqual([1]);
  });
});

describe('a damaged queue', () => {
  const store = () => path.join(folder, 'v1');

  it.each(['MANIFEST', 'CURRENT', '.log', '.ldb'])(
    'is repaired or set aside when its %s is garbage, goes on, and sends nothing that is damaged',
    async (part) => {
      const first = await open();
      await fill(first, 1, 500);
      await first.close();
      // Opening turns the log into a table.
      const second = await open();
      await fill(second, 501, 600);
      await second.close();
      const files = (await readdir(store())).filter((name) => name.includes(part));
      expect(files).not.toEqual([]);
      for (const name of files) {
        const file = path.join(store(), name);
        const bytes = await readFile(file);
        bytes.fill(0x5a, 0, Math.min(bytes.length, 4000));
        await writeFile(file, bytes);
      }
      const third = await open();
      const before = await numbersIn(third);
      // Reading may be what finds the damage.
      await until('a store', () => third.diskFault === undefined);
      await fill(third, 601, 620);
      const after = (await numbersIn(third)).filter((n) => n !== 'damaged');
      expect(after.slice(-20)).toEqual(range(601, 620));
      expect(after).toEqual([...after].sort((a, b) => a - b));
      expect(before.length).toBeLessThanOrEqual(600);
      if (part === 'MANIFEST' || part === 'CURRENT') {
        expect(third.counters.repairs).toBe(1);
        expect(after).toEqual(range(1, 620));
      }
    },
  );

  it('is repaired when its CURRENT is gone, with all that was in it', async () => {
    const first = await open();
    await fill(first, 1, 100);
    await first.close();
    await rm(path.join(store(), 'CURRENT'));
    const second = await open();
    expect(await numbersIn(second)).toEqual(range(1, 100));
    expect(second.counters.repairs).toBe(1);
  });

  it('keeps what was whole when its log was cut off at any byte, as by a power cut', async () => {
    const first = await open();
    await fill(first, 1, 300);
    await first.close();
    const [log = ''] = (await readdir(store())).filter((name) => name.endsWith('.log'));
    const bytes = await readFile(path.join(store(), log));
    for (const share of [0.99, 0.7, 0.31, 0.02]) {
      await truncate(path.join(store(), log), Math.floor(bytes.length * share));
      const queue = new Queue({ folder, maxBytes: 8_000_000, logger: quiet });
      await queue.open();
      const found = await numbersIn(queue);
      expect(found).toEqual(range(1, found.length));
      await queue.close();
      await rm(folder, { recursive: true });
      const again = await open();
      await fill(again, 1, 300);
      await again.close();
    }
  });

  it('of another version of the format is left alone', async () => {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path.join(folder, 'v2'), { recursive: true });
    await writeFile(path.join(folder, 'v2', 'CURRENT'), 'of a later version');
    const queue = await open();
    await fill(queue, 1, 3);
    expect(await readFile(path.join(folder, 'v2', 'CURRENT'), 'utf8')).toBe('of a later version');
  });
});

describe('a queue without a disk', () => {
  it('keeps items in memory, in order, and puts them on the disk when that comes back', async () => {
    // A file where the folder should be: what a read-only or full disk comes to, for every user.
    await writeFile(path.join(folder, 'v1'), '');
    const queue = await open();
    // Nobody waits for a disk that may take days to come back.
    expect(await fill(queue, 1, 50)).toEqual(Array(50).fill('memory'));
    expect(queue.diskFault).toBeDefined();
    expect(await numbersIn(queue)).toEqual(range(1, 50));
    const [head] = await queue.read(0, 1);
    queue.remove(head?.sequence ?? 0);
    await rm(path.join(folder, 'v1'));
    await until('the disk', () => queue.diskFault === undefined);
    expect(await queue.push(value(51))).toBe('disk');
    expect(await numbersIn(queue)).toEqual(range(2, 51));
  });

  it('lets nobody wait who brings one item after the other', async () => {
    await writeFile(path.join(folder, 'v1'), '');
    const queue = await open();
    for (const n of range(1, 20)) expect(await queue.push(value(n))).toBe('memory');
  });

  it('settles what comes while and after it is closed, too', async () => {
    await writeFile(path.join(folder, 'v1'), '');
    const queue = await open();
    const closing = queue.close();
    expect(await queue.push(value(1))).toBe('lost');
    await closing;
    expect(await queue.push(value(2))).toBe('lost');
    expect(queue.counters.lostWithoutDisk).toBe(2);
  });

  it('drops the oldest when memory ends, and counts them', async () => {
    await writeFile(path.join(folder, 'v1'), '');
    const queue = await open();
    const stored = range(1, 500).map((n) => queue.push(value(n, 10_000)));
    await until('the fault', () => queue.diskFault !== undefined);
    const left = await numbersIn(queue);
    expect(left.at(-1)).toBe(500);
    expect(queue.counters.lostWithoutDisk).toBe(500 - left.length);
    expect(await stored[0]).toBe('lost');
    await chmod(folder, 0o700);
  });
});
