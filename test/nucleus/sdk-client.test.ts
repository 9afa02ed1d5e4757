import { describe, expect, it } from 'vitest';
import type { SdkClient } from '../../src/greengrass/sdk.js';
import type { JsonObject } from '../../src/nucleus/configuration-tree.js';
import { allow, eventually, sdkClient, startNucleus, text } from './fixture.js';

/** The SDK types its enumerations, of which only the strings travel. */
const mode = (name: string) => name as never;

async function listen(client: SdkClient, topic: string, receiveMode?: string): Promise<[string, unknown][]> {
  const received: [string, unknown][] = [];
  const stream = client.subscribeToTopic({
    topic,
    ...(receiveMode === undefined ? {} : { receiveMode: mode(receiveMode) }),
  });
  stream.on('message', ({ binaryMessage, jsonMessage }) => {
    received.push([
      binaryMessage?.context?.topic ?? jsonMessage?.context?.topic ?? '',
      binaryMessage === undefined ? jsonMessage?.message : text(binaryMessage.message),
    ]);
  });
  await stream.activate();
  return received;
}

const publish = (client: SdkClient, topic: string, message: string) =>
  client.publishToTopic({ topic, publishMessage: { binaryMessage: { message } } });

async function twoComponents(kind: 'classic' | 'lite' = 'classic') {
  const nucleus = await startNucleus({ kind });
  const sender = await nucleus.addComponent({
    name: 'com.example.Sender',
    accessControl: allow(['line1/*', 'line2/*']),
    configuration: { secret: 1 },
  });
  const receiver = await nucleus.addComponent({
    name: 'com.example.Receiver',
    accessControl: allow(['line1/*']),
    configuration: { rate: 2 },
  });
  return { nucleus, sender: await sdkClient(sender), receiver: await sdkClient(receiver) };
}

describe('local publish and subscribe with the SDK', () => {
  it('delivers binary and JSON messages to another component, by topic and by wildcard', async () => {
    const { sender, receiver } = await twoComponents();
    const exact = await listen(receiver, 'line1/gate');
    const level = await listen(receiver, 'line1/+');
    const all = await listen(receiver, 'line1/#');
    await publish(sender, 'line1/gate', 'größe');
    await sender.publishToTopic({
      topic: 'line1/gate/state',
      publishMessage: { jsonMessage: { message: { open: true } } },
    });
    await publish(sender, 'line2/gate', 'not for it');
    await eventually(() => all).toEqual([
      ['line1/gate', 'größe'],
      ['line1/gate/state', { open: true }],
    ]);
    expect(exact).toEqual([['line1/gate', 'größe']]);
    expect(level).toEqual([['line1/gate', 'größe']]);
  });

  it('spares a wildcard subscriber its own messages on the classic nucleus, unless it asks for them', async () => {
    const { sender } = await twoComponents();
    const exact = await listen(sender, 'line1/a');
    const exactOthers = await listen(sender, 'line1/a', 'RECEIVE_MESSAGES_FROM_OTHERS');
    const wildcard = await listen(sender, 'line1/+');
    const wildcardAll = await listen(sender, 'line1/#', 'RECEIVE_ALL_MESSAGES');
    await publish(sender, 'line1/a', 'x');
    await eventually(() => wildcardAll.length).toBe(1);
    expect([exact.length, exactOthers.length, wildcard.length]).toEqual([1, 0, 0]);
  });

  it('ends a subscription when the client closes it', async () => {
    const { nucleus, sender, receiver } = await twoComponents();
    const stream = receiver.subscribeToTopic({ topic: 'line1/gate' });
    await stream.activate();
    await stream.close();
    await eventually(() => nucleus.pubsub.receivers('line1/gate', undefined).length).toBe(0);
    await publish(sender, 'line1/gate', 'x');
  });

  it('refuses a topic that the recipe does not allow, and says which', async () => {
    const { sender, receiver, nucleus } = await twoComponents();
    const refusal = await publish(receiver, 'line2/gate', 'x').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      serviceError: {
        message:
          'Principal com.example.Receiver is not authorized to perform aws.greengrass.ipc.pubsub:aws.greengrass#PublishToTopic on resource line2/gate',
      },
    });
    await expect(listen(receiver, '#')).rejects.toMatchObject({
      serviceError: { _errorCode: 'UnauthorizedError' },
    });
    expect(nucleus.counters.denied).toBe(2);
    await publish(sender, 'line1/gate', 'goes on');
  });

  it('applies access rules that change while it runs', async () => {
    const { nucleus, receiver } = await twoComponents();
    await expect(publish(receiver, 'line2/gate', 'x')).rejects.toThrow();
    await nucleus.deploy('com.example.Receiver', {
      merge: { accessControl: allow(['line2/*']) as JsonObject },
    });
    await publish(receiver, 'line2/gate', 'x');
  });

  it('refuses to publish to a wildcard', async () => {
    const { sender } = await twoComponents();
    await expect(publish(sender, 'line1/+', 'x')).rejects.toThrow(/InvalidArgumentsError/);
  });
});

describe('configuration with the SDK', () => {
  it('is read whole, by path, and of another component', async () => {
    const { sender } = await twoComponents();
    expect((await sender.getConfiguration({ keyPath: ['secret'] })).value).toEqual({ secret: 1 });
    expect(
      await sender.getConfiguration({ keyPath: ['rate'], componentName: 'com.example.Receiver' }),
    ).toMatchObject({
      componentName: 'com.example.Receiver',
      value: { rate: 2 },
    });
    expect((await sender.getConfiguration({ keyPath: [] })).value).toMatchObject({ secret: 1 });
    await expect(sender.getConfiguration({ keyPath: ['nothing'] })).rejects.toMatchObject({
      serviceError: { _errorCode: 'ResourceNotFoundError' },
    });
  });

  it('is updated by its own component and seen by those who watch the path', async () => {
    const { nucleus, sender, receiver } = await twoComponents();
    const changes: unknown[] = [];
    const stream = receiver.subscribeToConfigurationUpdate({
      keyPath: ['camera'],
      componentName: 'com.example.Sender',
    });
    await expect(stream.activate()).rejects.toMatchObject({
      serviceError: { _errorCode: 'ResourceNotFoundError' },
    });
    await sender.updateConfiguration({
      keyPath: ['camera'],
      timestamp: new Date(),
      valueToMerge: { device: 0 },
    });
    const watched = receiver.subscribeToConfigurationUpdate({
      keyPath: ['camera'],
      componentName: 'com.example.Sender',
    });
    watched.on('message', (event) => changes.push(event.configurationUpdateEvent));
    await watched.activate();
    await sender.updateConfiguration({
      keyPath: [],
      timestamp: new Date(),
      valueToMerge: { camera: { device: 1 }, other: 1 },
    });
    await eventually(() => changes).toEqual([
      { componentName: 'com.example.Sender', keyPath: ['camera', 'device'] },
    ]);
    expect(nucleus.configuration('com.example.Sender')).toMatchObject({
      camera: { device: 1 },
      other: 1,
      secret: 1,
    });
  });

  it('refuses an update that is older than the value, and any of accessControl', async () => {
    const { sender } = await twoComponents();
    const old = sender.updateConfiguration({
      keyPath: ['secret'],
      timestamp: new Date(1_000),
      valueToMerge: 5,
    });
    await expect(old).rejects.toMatchObject({
      serviceError: { _errorCode: 'FailedUpdateConditionCheckError' },
    });
    for (const keyPath of [[], ['accessControl']]) {
      const grab = sender.updateConfiguration({
        keyPath,
        timestamp: new Date(),
        valueToMerge: { accessControl: {} },
      });
      await expect(grab).rejects.toMatchObject({ serviceError: { _errorCode: 'InvalidArgumentsError' } });
    }
  });

  it('is offered to the component before a deployment, which may refuse it', async () => {
    const { nucleus, receiver } = await twoComponents();
    const stream = receiver.subscribeToValidateConfigurationUpdates({});
    stream.on('message', ({ validateConfigurationUpdateEvent: offer }) => {
      const rate = (offer?.configuration as { rate: number }).rate;
      const verdict =
        rate > 10 ? { status: mode('REJECTED'), message: 'too fast' } : { status: mode('ACCEPTED') };
      const report = receiver.sendConfigurationValidityReport({
        configurationValidityReport: { ...verdict, deploymentId: offer?.deploymentId ?? '' },
      });
      report.catch((error: unknown) => {
        throw error;
      });
    });
    await stream.activate();
    expect(await nucleus.deploy('com.example.Receiver', { merge: { rate: 11 } })).toEqual({
      status: 'rejected',
      reason: 'too fast',
    });
    expect(nucleus.configuration('com.example.Receiver')).toMatchObject({ rate: 2 });
    expect(await nucleus.deploy('com.example.Receiver', { merge: { rate: 9 } })).toEqual({
      status: 'applied',
    });
    expect(nucleus.configuration('com.example.Receiver')).toMatchObject({ rate: 9 });
    await stream.close();
    // The connection is in order: once this is answered, the end of the stream was read.
    await receiver.getConfiguration({ keyPath: [] });
    expect(await nucleus.deploy('com.example.Receiver', { merge: { rate: 12 } })).toEqual({
      status: 'applied',
    });
  });

  it('is not deployed where the component does not answer the offer', async () => {
    const nucleus = await startNucleus({ validationTimeoutMs: 50 });
    const client = await sdkClient(await nucleus.addComponent({ name: 'com.example.Mute' }));
    await client.subscribeToValidateConfigurationUpdates({}).activate();
    const result = await nucleus.deploy('com.example.Mute', { merge: { rate: 11 } });
    expect(result).toMatchObject({ status: 'rejected', reason: expect.stringContaining('50 ms') as string });
  });
});

describe('IoT Core with the SDK', () => {
  async function cloud() {
    const nucleus = await startNucleus();
    const access = await nucleus.addComponent({
      name: 'com.example.Cloud',
      accessControl: allow([], ['mli/+/results', 'mli/commands/#']),
    });
    return { nucleus, client: await sdkClient(access) };
  }

  it('takes and gives messages', async () => {
    const { nucleus, client } = await cloud();
    const up: string[] = [];
    nucleus.iotCore.subscribe({
      filter: 'mli/#',
      receive: ({ topic, payload }) => up.push(`${topic} ${payload.toString()}`),
    });
    await client.publishToIoTCore({ topicName: 'mli/belt/results', qos: mode('1'), payload: 'glass' });
    expect(up).toEqual(['mli/belt/results glass']);
    const down: string[] = [];
    const stream = client.subscribeToIoTCore({ topicName: 'mli/commands/#', qos: mode('1') });
    stream.on('message', ({ message }) => down.push(`${message?.topicName ?? ''} ${text(message?.payload)}`));
    await stream.activate();
    nucleus.iotCore.publish({
      topic: 'mli/commands/stop',
      payload: Buffer.from('now'),
      qos: 1,
      from: undefined,
    });
    await eventually(() => down).toEqual(['mli/commands/stop now']);
  });

  it('denies by the rules of its own service', async () => {
    const { client } = await cloud();
    const denied = client.publishToIoTCore({ topicName: 'mli/a/b/results', qos: mode('1'), payload: 'x' });
    await expect(denied).rejects.toMatchObject({
      serviceError: {
        message: expect.stringMatching(
          /^Authorization failed with error Principal .* aws\.greengrass\.ipc\.mqttproxy:aws\.greengrass#PublishToIoTCore on resource mli\/a\/b\/results$/,
        ) as string,
      },
    });
  });

  it('spools QoS 1 while offline, in order, and refuses QoS 0', async () => {
    const { nucleus, client } = await cloud();
    const up: string[] = [];
    nucleus.iotCore.subscribe({ filter: '#', receive: ({ payload }) => up.push(payload.toString()) });
    nucleus.iotCore.setOnline(false);
    for (const payload of ['1', '2', '3'])
      await client.publishToIoTCore({ topicName: 'mli/belt/results', qos: mode('1'), payload });
    await expect(
      client.publishToIoTCore({ topicName: 'mli/belt/results', qos: mode('0'), payload: 'x' }),
    ).rejects.toMatchObject({ serviceError: { _errorCode: 'ServiceError' } });
    expect(up).toEqual([]);
    nucleus.iotCore.setOnline(true);
    expect(up).toEqual(['1', '2', '3']);
  });
});

describe('the rest of the operations', () => {
  it('keeps the states that a component reports', async () => {
    const { nucleus, sender } = await twoComponents();
    await sender.updateState({ state: mode('RUNNING') });
    await sender.updateState({ state: mode('ERRORED') });
    expect(nucleus.states('com.example.Sender')).toEqual(['RUNNING', 'ERRORED']);
    expect(nucleus.states('com.example.Receiver')).toEqual([]);
  });

  it('says of an operation that it does not serve it', async () => {
    const { sender } = await twoComponents();
    const refusal = sender.listComponents({});
    await expect(refusal).rejects.toMatchObject({
      serviceError: { message: 'The development nucleus does not serve the operation ListComponents.' },
    });
  });
});
