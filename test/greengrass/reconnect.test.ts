import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heartbeatTopic, type GreengrassOptions } from '../../src/greengrass/index.js';
import { DevelopmentNucleus, type NucleusKind } from '../../src/nucleus/index.js';
import {
  allow,
  atEnd,
  delay,
  eventually,
  greengrassClient,
  logger,
  startNucleus,
  text,
} from '../nucleus/fixture.js';

const name = 'com.example.Belt';
const rules = allow(['line1/*', heartbeatTopic(name)], ['cloud/*']);

async function connected(options: Partial<GreengrassOptions> = {}, kind: NucleusKind = 'classic') {
  const nucleus = await startNucleus({ kind });
  const access = await nucleus.addComponent({ name, accessControl: rules, configuration: { rate: 1 } });
  const client = greengrassClient(access, options);
  await client.connect();
  return { nucleus, access, client };
}

describe('a nucleus that is not there', () => {
  it('is waited for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mli-test-'));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const nucleus = new DevelopmentNucleus({ logger, socketPath: join(folder, 'ipc.socket') });
    atEnd(() => nucleus.stop());
    const client = greengrassClient(await nucleus.addComponent({ name, accessControl: rules }));
    const connecting = client.connect();
    await eventually(() => client.counters.connectFailures).toBeGreaterThan(2);
    await nucleus.start();
    await connecting;
    await client.publish('line1/a', 'x');
  });

  it('is reported after the time that the caller grants, and still waited for', async () => {
    const client = greengrassClient({
      name,
      svcuid: 'x',
      environment: {
        AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: '/nowhere/ipc.socket',
        SVCUID: 'x',
      },
    });
    await expect(client.connect({ timeoutMs: 100 })).rejects.toMatchObject({
      code: 'IPC_CONNECT_FAILED',
      message: expect.stringContaining('/nowhere/ipc.socket') as string,
    });
    const failures = client.counters.connectFailures;
    await eventually(() => client.counters.connectFailures).toBeGreaterThan(failures);
  });

  it.each<NucleusKind>(['classic', 'lite'])('or that refuses the token is reported (%s)', async (kind) => {
    const nucleus = await startNucleus({ kind });
    const access = await nucleus.addComponent({ name });
    const client = greengrassClient({ ...access, environment: { ...access.environment, SVCUID: 'WRONG' } });
    await expect(client.connect({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'IPC_CONNECT_FAILED' });
    expect(nucleus.connectionCount()).toBe(0);
  });

  it('or that accepts and says nothing does not hold the client up', async () => {
    const nucleus = await startNucleus();
    const client = greengrassClient(await nucleus.addComponent({ name, accessControl: rules }), {
      connectTimeoutMs: 100,
    });
    nucleus.faults.silent = true;
    await expect(client.connect({ timeoutMs: 400 })).rejects.toMatchObject({ code: 'IPC_CONNECT_FAILED' });
    nucleus.faults.silent = false;
    await client.connect();
    await client.publish('line1/a', 'x');
  });
});

describe('a nucleus that restarts', () => {
  it.each<NucleusKind>(['classic', 'lite'])(
    'finds every subscription again, proved by messages (%s)',
    async (kind) => {
      const { nucleus, client } = await connected({}, kind);
      const heard: string[] = [];
      const keep = ({ topic, payload }: { topic: string; payload: Uint8Array }) =>
        void heard.push(`${topic} ${text(payload)}`);
      await client.subscribe('line1/a', keep);
      await client.subscribe('line1/b', keep);
      await client.subscribeToIotCore('cloud/#', 1, keep);
      const changes: (readonly string[])[] = [];
      await client.onConfigurationUpdate(({ keyPath }) => void changes.push(keyPath));
      const closed = await client.subscribe('line1/a', () => void heard.push('closed'));
      closed.close();

      for (let restart = 1; restart <= 3; restart += 1) {
        const back = once(client, 'reconnected');
        await nucleus.restart(50);
        await back;
        await client.publish('line1/a', `${restart}`);
        await client.publish('line1/b', `${restart}`);
        nucleus.iotCore.publish({
          topic: 'cloud/c',
          payload: Buffer.from(`${restart}`),
          qos: 1,
          from: undefined,
        });
        await nucleus.deploy(name, { merge: { rate: restart * 10 } });
        await eventually(() => heard.toSorted()).toEqual([
          `cloud/c ${restart}`,
          `line1/a ${restart}`,
          `line1/b ${restart}`,
        ]);
        // Once for what may have been missed, once for the change.
        await eventually(() => changes).toEqual([[], ['rate']]);
        heard.length = 0;
        changes.length = 0;
      }
      expect(client.counters).toMatchObject({ connections: 4, disconnections: 3, subscriptionsEnded: 0 });
    },
  );

  it('ends the calls in flight, and those made meanwhile, with an error', async () => {
    const { nucleus, client } = await connected({ callTimeoutMs: 10_000 });
    nucleus.faults.silent = true;
    const inFlight = client.publish('line1/a', 'x');
    const gone = once(client, 'disconnected');
    await delay(50);
    nucleus.faults.disconnect();
    await expect(inFlight).rejects.toMatchObject({ code: 'IPC_DISCONNECTED' });
    await gone;
    await expect(client.publish('line1/a', 'x')).rejects.toMatchObject({ code: 'IPC_DISCONNECTED' });
    expect(client.counters).toMatchObject({ publishFailures: 2, timeouts: 0 });
  });

  it('subscribes again what it refused for a while', async () => {
    const { nucleus, client } = await connected();
    let heard = 0;
    await client.subscribe('line1/a', () => void (heard += 1));
    nucleus.faults.deny({ operation: 'SubscribeToTopic' });
    const back = once(client, 'reconnected');
    nucleus.faults.disconnect();
    await back;
    await client.publish('line1/a', 'not heard');
    await eventually(() => client.counters.denied).toBeGreaterThan(1);
    nucleus.faults.allowAll();
    await eventually(() => nucleus.pubsub.receivers('line1/a', undefined).length).toBe(1);
    await client.publish('line1/a', 'heard');
    await eventually(() => heard).toBe(1);
  });
});

describe('a nucleus that is silent', () => {
  it('ends a call by its time-out', async () => {
    const { nucleus, client } = await connected();
    nucleus.faults.silent = true;
    const started = performance.now();
    await expect(client.publish('line1/a', 'x', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'IPC_TIMEOUT',
      details: { operation: 'PublishToTopic', resource: 'line1/a', timeoutMs: 100 },
    });
    expect(performance.now() - started).toBeLessThan(900);
    await expect(client.subscribe('line1/a', () => undefined)).rejects.toMatchObject({ code: 'IPC_TIMEOUT' });
    expect(client.counters.timeouts).toBe(2);
  });

  it('is left after two heartbeats without proof, and found again', async () => {
    const { nucleus, client } = await connected({ heartbeatMs: 50, callTimeoutMs: 100 });
    await eventually(() => client.counters.heartbeats).toBeGreaterThan(1);
    const gone = once(client, 'disconnected');
    const back = once(client, 'reconnected');
    nucleus.faults.silent = true;
    expect(await gone).toEqual([{ reason: 'the heartbeat through the nucleus stopped' }]);
    expect(client.counters.heartbeatsMissed).toBe(2);
    nucleus.faults.silent = false;
    await back;
    await client.publish('line1/a', 'x');
  });
});

describe('a nucleus that stops reading', () => {
  /** Fills the socket, so that not even a farewell can be written. */
  async function hang() {
    const parts = await connected({ callTimeoutMs: 200 });
    await parts.client.subscribe('line1/a', () => undefined);
    parts.nucleus.faults.hang();
    const calls = Array.from({ length: 60 }, () => parts.client.publish('line1/a', Buffer.alloc(7_000)));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    return parts;
  }

  it('does not keep the client from closing', async () => {
    const { client } = await hang();
    const started = performance.now();
    await client.close();
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('is left, and found again when it reads', async () => {
    const { client, nucleus } = await hang();
    const gone = once(client, 'disconnected');
    const back = once(client, 'reconnected');
    // More answers are owed than a living nucleus ever owes.
    await Promise.allSettled(Array.from({ length: 10 }, () => client.publish('line1/a', 'x')));
    expect(await gone).toMatchObject([{ reason: expect.stringContaining('owes 65 answers') as string }]);
    nucleus.faults.resume();
    await back;
    await client.publish('line1/a', 'x');
  });
});

describe('the heartbeat', () => {
  it('notices that the nucleus answers publishes and delivers nothing any more', async () => {
    const { nucleus, client } = await connected({ heartbeatMs: 50, callTimeoutMs: 100 });
    let heard = 0;
    await client.subscribe('line1/a', () => void (heard += 1));
    const back = once(client, 'reconnected');
    nucleus.faults.forgetSubscriptions(name);
    await client.publish('line1/a', 'lost in silence');
    await back;
    await client.publish('line1/a', 'x');
    await eventually(() => heard).toBe(1);
  });

  it.each<NucleusKind>(['classic', 'lite'])(
    'hears itself and nobody else of the same name (%s)',
    async (kind) => {
      const { access, client } = await connected({ heartbeatMs: 30 }, kind);
      const twin = greengrassClient(access, { heartbeatMs: 30 });
      await twin.connect();
      await eventually(() => Math.min(client.counters.heartbeats, twin.counters.heartbeats)).toBeGreaterThan(
        5,
      );
      expect([client.counters.heartbeatsMissed, twin.counters.heartbeatsMissed]).toEqual([0, 0]);
      expect(client.counters).toMatchObject({ received: 0, published: 0 });
    },
  );

  it('does with a round trip where the recipe does not allow its topic', async () => {
    const nucleus = await startNucleus();
    const access = await nucleus.addComponent({ name, accessControl: allow(['line1/*']) });
    const client = greengrassClient(access, { heartbeatMs: 30, callTimeoutMs: 100 });
    await client.connect();
    await eventually(() => client.counters.heartbeats).toBeGreaterThan(3);
    expect(client.counters.denied).toBe(1);
    nucleus.faults.silent = true;
    await once(client, 'disconnected');
  });
});

describe('a subscription that the nucleus forgets', () => {
  it('works again with its renewal, while the connection stays', async () => {
    const { nucleus, client } = await connected({ renewMs: 100 }, 'lite');
    const heard: string[] = [];
    await client.subscribe('line1/a', ({ payload }) => void heard.push(text(payload)));
    nucleus.faults.forgetSubscriptions(name);
    await client.publish('line1/a', 'lost');
    await eventually(() => client.counters.renewals).toBe(1);
    await client.publish('line1/a', 'found');
    await eventually(() => heard).toEqual(['found']);
    expect(client.counters.connections).toBe(1);
  });

  it('misses and doubles nothing while it is renewed under load', async () => {
    const { nucleus, client } = await connected({ renewMs: 20 });
    const heard: number[] = [];
    const subscription = await client.subscribe(
      'line1/a',
      ({ payload }) => void heard.push(Number(text(payload))),
    );
    let sent = 0;
    while (client.counters.renewals < 3) {
      nucleus.pubsub.publish({
        topic: 'line1/a',
        from: undefined,
        content: { binary: Buffer.from(`${sent++}`) },
      });
      if (sent % 5 === 0) await delay(1);
    }
    await eventually(() => heard.length).toBe(sent);
    await delay(50);
    expect(heard.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, index) => index));
    // Both streams of a renewal that is under way end with it.
    subscription.close();
    await eventually(() => nucleus.pubsub.receivers('line1/a', undefined).length).toBe(0);
  });
});
