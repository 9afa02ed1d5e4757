import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeError } from '../../src/errors/index.js';
import { Spool, type ResultItem } from '../../src/spool/index.js';
import { config, message, numbers, quiet, range, temporaryFolder, until } from './lanes.js';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ folder, remove } = await temporaryFolder()));
afterEach(() => remove());

const offline = () =>
  new EdgeError('IPC_SERVICE_ERROR', { operation: 'PublishToIoTCore', type: 'ServiceError', text: '' });

async function open(send: (item: ResultItem) => Promise<void>): Promise<Spool> {
  const spool = new Spool({ folder, config: config(), send, logger: quiet });
  await spool.start();
  return spool;
}

describe('messages for IoT Core', () => {
  it('wait while the nucleus does not take them, through a restart, and go out in order', async () => {
    const first = await open(() => Promise.reject(offline()));
    for (const n of range(1, 30)) void first.push('results', message(n, ' grün ✓'));
    await until('the fault', () => first.status.results.sendFault === 'IPC_SERVICE_ERROR');
    expect(first.status.results.waiting).toBe(30);
    await first.close();
    const sent: ResultItem[] = [];
    const second = await open(async (item) => void sent.push(item));
    for (const n of range(31, 40)) void second.push('results', message(n));
    await until('all', () => sent.length === 40);
    expect(numbers(sent)).toEqual(range(1, 40));
    expect(sent[0]).toEqual(message(1, ' grün ✓'));
    expect(second.status.results).toMatchObject({ waiting: 0, sent: 40, sendFault: undefined });
    await second.close();
  });

  it('that no nucleus will take are dropped and counted, and the rest goes on', async () => {
    const sent: ResultItem[] = [];
    const spool = await open(async (item) => {
      if (item.payload.startsWith('2'))
        throw new EdgeError('MESSAGE_TOO_LARGE', { topic: item.topic, bytes: 9000, limitBytes: 6500 });
      sent.push(item);
    });
    for (const n of range(1, 3)) void spool.push('results', message(n));
    await until('the others', () => sent.length === 2);
    expect(numbers(sent)).toEqual([1, 3]);
    expect(spool.status.results.refused).toBe(1);
    await spool.close();
  });
});
