import { describe, expect, it } from 'vitest';
import { createGreengrassClient, maxLocalPayloadBytes, type Verdict } from '../../src/greengrass/index.js';
import type { NucleusKind } from '../../src/nucleus/index.js';
import { allow, eventually, greengrassClient, logger, startNucleus, text } from '../nucleus/fixture.js';

const name = 'com.example.Belt';

async function component(kind: NucleusKind = 'classic') {
  const nucleus = await startNucleus({ kind });
  const access = await nucleus.addComponent({
    name,
    configuration: { rate: 1, camera: { device: '/dev/video0' } },
    accessControl: allow(['line1/*', 'line1/#', `mli/heartbeat/${name}`], ['cloud/*']),
  });
  const client = greengrassClient(access);
  await client.connect();
  return { nucleus, access, client };
}

describe.each<NucleusKind>(['classic', 'lite'])('a client at a nucleus of the kind %s', (kind) => {
  it('publishes text and bytes as they are, and hears them by topic and by wildcard', async () => {
    const { client } = await component(kind);
    const heard: string[] = [];
    const keep = (way: string) => (message: { topic: string; payload: Uint8Array }) =>
      void heard.push(`${way} ${message.topic} ${text(message.payload)}`);
    await client.subscribe('line1/gate', keep('topic'));
    await client.subscribe('line1/#', keep('wildcard'), { receive: 'all' });
    await client.publish('line1/gate', '{"größe":1}');
    await client.publish('line1/gate', Buffer.from([0x61, 0x62]));
    await eventually(() => heard.length).toBe(4);
    expect(heard.sort()).toEqual([
      'topic line1/gate ab',
      'topic line1/gate {"größe":1}',
      'wildcard line1/gate ab',
      'wildcard line1/gate {"größe":1}',
    ]);
    expect(client.counters).toMatchObject({ published: 2, received: 4, publishFailures: 0 });
  });

  it('takes the jsonMessage of another publisher as its UTF-8 JSON', async () => {
    const { client, nucleus } = await component(kind);
    const heard: unknown[] = [];
    await client.subscribe('line1/gate', ({ payload }) => void heard.push(JSON.parse(text(payload))));
    nucleus.pubsub.publish({ topic: 'line1/gate', from: undefined, content: { json: { open: true } } });
    await eventually(() => heard).toEqual([{ open: true }]);
  });

  it('names the permission that is missing, and goes on with the rest', async () => {
    const { client } = await component(kind);
    const denied = (await client.publish('line2/gate', 'x').catch((error: unknown) => error)) as Error & {
      remedy: string;
    };
    expect(denied).toMatchObject({
      code: 'IPC_UNAUTHORIZED',
      details: { operation: 'PublishToTopic', resource: 'line2/gate', service: 'aws.greengrass.ipc.pubsub' },
    });
    expect(denied.remedy).toContain(
      'operations: ["aws.greengrass#PublishToTopic"], resources: ["line2/gate"]',
    );
    await expect(client.subscribe('line2/#', () => undefined)).rejects.toMatchObject({
      code: 'IPC_UNAUTHORIZED',
    });
    await expect(client.publishToIotCore('other', 'x', 1)).rejects.toMatchObject({
      details: { service: 'aws.greengrass.ipc.mqttproxy' },
    });
    await client.publish('line1/gate', 'x');
    expect(client.counters).toMatchObject({ denied: 3, published: 1, publishFailures: 2, disconnections: 0 });
  });

  it('delivers the largest payload that it lets through, and refuses one byte more', async () => {
    const { client } = await component(kind);
    const sizes: number[] = [];
    for (const topic of ['line1/g', `line1/${'x'.repeat(100)}`]) {
      await client.subscribe(topic, ({ payload }) => void sizes.push(payload.byteLength));
      const limit = maxLocalPayloadBytes(topic);
      await client.publish(topic, Buffer.alloc(limit));
      await expect(client.publish(topic, Buffer.alloc(limit + 1))).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
        details: { bytes: limit + 1, limitBytes: limit },
      });
      await eventually(() => sizes.at(-1)).toBe(limit);
    }
    expect(maxLocalPayloadBytes('line1/results')).toBe(7_323);
    await client.publishToIotCore('cloud/a', Buffer.alloc(6_500), 1);
    await expect(client.publishToIotCore('cloud/a', Buffer.alloc(6_501), 1)).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    expect(client.counters).toMatchObject({ publishFailures: 3, disconnections: 0 });
  });

  it('reads the configuration, follows its changes and changes it', async () => {
    const { client, nucleus } = await component(kind);
    expect(await client.getConfiguration()).toMatchObject({ rate: 1, camera: { device: '/dev/video0' } });
    expect(await client.getConfiguration(['camera'])).toEqual({ device: '/dev/video0' });
    expect(await client.getConfiguration(['camera', 'device'])).toEqual({ device: '/dev/video0' });
    await expect(client.getConfiguration(['lens'])).rejects.toMatchObject({ code: 'IPC_KEY_NOT_FOUND' });
    const changes: (readonly string[])[] = [];
    await client.onConfigurationUpdate(({ keyPath }) => void changes.push(keyPath));
    await nucleus.deploy(name, { merge: { camera: { device: '/dev/video1' } } });
    await client.updateConfiguration([], { rate: 3 });
    await eventually(() => changes).toEqual([['camera', 'device'], ['rate']]);
    expect(nucleus.configuration(name)).toMatchObject({ rate: 3, camera: { device: '/dev/video1' } });
  });

  it('talks to IoT Core both ways and reports its state', async () => {
    const { client, nucleus } = await component(kind);
    const up: string[] = [];
    nucleus.iotCore.subscribe({
      filter: '#',
      receive: ({ topic, payload, qos }) => up.push(`${topic} ${payload.toString()} ${qos}`),
    });
    const down: string[] = [];
    await client.subscribeToIotCore(
      'cloud/down/+',
      1,
      ({ topic, payload }) => void down.push(`${topic} ${text(payload)}`),
    );
    await client.publishToIotCore('cloud/up', 'a', 1);
    await client.publishToIotCore('cloud/up', 'b', 0);
    expect(up).toEqual(['cloud/up a 1', 'cloud/up b 0']);
    nucleus.iotCore.publish({ topic: 'cloud/down/1', payload: Buffer.from('x'), qos: 1, from: undefined });
    await eventually(() => down).toEqual(['cloud/down/1 x']);
    await client.updateState('RUNNING');
    expect(nucleus.states(name)).toEqual(['RUNNING']);
  });

  it('closes a subscription, and only that', async () => {
    const { client, nucleus } = await component(kind);
    const heard: string[] = [];
    const first = await client.subscribe('line1/a', () => void heard.push('first'));
    await client.subscribe('line1/a', () => void heard.push('second'));
    expect(first.active).toBe(true);
    first.close();
    expect(first.active).toBe(false);
    await eventually(() => nucleus.pubsub.receivers('line1/a', undefined).length).toBe(1);
    await client.publish('line1/a', 'x');
    await eventually(() => heard).toEqual(['second']);
  });

  it('counts and survives handlers that throw or reject', async () => {
    const { client } = await component(kind);
    let heard = 0;
    await client.subscribe('line1/a', () => {
      throw new Error('handler');
    });
    await client.subscribe('line1/a', () => Promise.reject(new Error('handler')));
    await client.subscribe('line1/a', () => void (heard += 1));
    await client.publish('line1/a', 'x');
    await client.publish('line1/a', 'x');
    await eventually(() => heard).toBe(2);
    await eventually(() => client.counters.handlerFailures).toBe(4);
  });
});

describe('the veto of a configuration', () => {
  it('is asked on the classic nucleus, and holds', async () => {
    const { client, nucleus } = await component();
    const asked: unknown[] = [];
    const subscription = await client.validateConfiguration((configuration): Verdict => {
      asked.push(configuration['rate']);
      return configuration['rate'] === 2 ? { accept: true } : { accept: false, reason: 'rate: not 2' };
    });
    expect(subscription.active).toBe(true);
    expect(await nucleus.deploy(name, { merge: { rate: 3 } })).toEqual({
      status: 'rejected',
      reason: 'rate: not 2',
    });
    expect(await nucleus.deploy(name, { merge: { rate: 2 } })).toEqual({ status: 'applied' });
    expect(asked).toEqual([3, 2]);
  });

  it('is absent on lite without harm', async () => {
    const { client, nucleus } = await component('lite');
    const subscription = await client.validateConfiguration(() => ({ accept: false, reason: 'never' }));
    expect(subscription.active).toBe(false);
    expect(await nucleus.deploy(name, { merge: { rate: 3 } })).toEqual({ status: 'applied' });
  });
});

describe('a topic', () => {
  it.each(['line1/+', 'line1/#', 'line1/*', '', 'x'.repeat(257)])(
    '%j is refused for a message',
    async (topic) => {
      const { client } = await component();
      await expect(client.publish(topic, 'x')).rejects.toMatchObject({ code: 'TOPIC_INVALID' });
      await expect(client.publishToIotCore(topic, 'x', 1)).rejects.toMatchObject({ code: 'TOPIC_INVALID' });
      expect(client.counters.publishFailures).toBe(2);
    },
  );

  it.each(['line1/a+', 'line1/#/a', '#a', ''])('%j is refused for a subscription', async (filter) => {
    const { client } = await component();
    await expect(client.subscribe(filter, () => undefined)).rejects.toMatchObject({ code: 'TOPIC_INVALID' });
  });
});

describe('the life of a client', () => {
  it.each(['AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT', 'SVCUID'])(
    'does not begin without %s',
    (variable) => {
      const environment = {
        AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: '/x',
        SVCUID: 'x',
        [variable]: undefined,
      };
      expect(() => createGreengrassClient({ logger, environment })).toThrow(
        expect.objectContaining({ code: 'IPC_ENVIRONMENT_MISSING', details: { variable } }) as Error,
      );
    },
  );

  it('refuses calls before its connection and after its end', async () => {
    const { access } = await component();
    const client = greengrassClient(access);
    await expect(client.publish('line1/a', 'x')).rejects.toMatchObject({ code: 'IPC_DISCONNECTED' });
    await client.connect();
    await client.close();
    await client.close();
    await expect(client.publish('line1/a', 'x')).rejects.toMatchObject({ code: 'IPC_CLOSED' });
    await expect(client.subscribe('line1/a', () => undefined)).rejects.toMatchObject({ code: 'IPC_CLOSED' });
    await expect(client.connect()).rejects.toMatchObject({ code: 'IPC_CLOSED' });
  });

  it('begins a subscription that was asked for before the connection with it', async () => {
    const { access } = await component();
    const client = greengrassClient(access);
    let heard = 0;
    const subscription = await client.subscribe('line1/a', () => void (heard += 1));
    expect(subscription.active).toBe(false);
    await client.connect();
    expect(subscription.active).toBe(true);
    await client.publish('line1/a', 'x');
    await eventually(() => heard).toBe(1);
  });
});
