import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SdkClient } from '../../src/greengrass/sdk.js';
import { allow, atEnd, eventually, sdkClient, startNucleus } from './fixture.js';

/** 13 bytes, as in the measurements that the limits come from. */
const topic = 'line1/results';

async function liteComponent() {
  const nucleus = await startNucleus({ kind: 'lite' });
  const access = await nucleus.addComponent({
    name: 'com.example.Lite',
    accessControl: allow(['line1/*'], ['*']),
  });
  return { nucleus, client: await sdkClient(access) };
}

async function lengths(client: SdkClient): Promise<number[]> {
  const received: number[] = [];
  const stream = client.subscribeToTopic({ topic });
  stream.on('message', ({ binaryMessage }) =>
    received.push((binaryMessage?.message as Uint8Array | undefined)?.byteLength ?? -1),
  );
  await stream.activate();
  return received;
}

const publish = (client: SdkClient, bytes: number) =>
  client.publishToTopic({ topic, publishMessage: { binaryMessage: { message: Buffer.alloc(bytes) } } });

describe('a nucleus of the kind lite', () => {
  it('echoes a component its own messages, by wildcard too', async () => {
    const { client } = await liteComponent();
    const received: unknown[] = [];
    const stream = client.subscribeToTopic({ topic: 'line1/#' });
    stream.on('message', (event) => received.push(event));
    await stream.activate();
    await publish(client, 1);
    await eventually(() => received.length).toBe(1);
  });

  it('delivers 7,323 bytes, drops 7,324 though it says OK, and disconnects at 7,369', async () => {
    const { nucleus, client } = await liteComponent();
    const received = await lengths(client);
    await publish(client, 7_323);
    await publish(client, 7_324);
    await publish(client, 7_368);
    await publish(client, 3);
    await eventually(() => received).toEqual([7_323, 3]);
    const gone = new Promise<void>((resolve) => client.on('disconnection', () => resolve()));
    // The promise never settles: the SDK's calls do not end with their connection.
    publish(client, 7_369).catch(() => undefined);
    await gone;
    expect(nucleus.connectionCount()).toBe(0);
  });

  it.each([
    [
      'three detections with a box each',
      {
        predictions: Array.from({ length: 3 }, () => ({
          label: 'glass',
          confidence: 0.9,
          box: [0, 0, 1, 1],
        })),
      },
    ],
    ['42 numbers', { values: Array.from({ length: 42 }, (_, index) => index) }],
    ['23 keys', Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`key${index}`, index]))],
  ])('ends subscriptions in silence at a jsonMessage of %s', async (_, message) => {
    const { client } = await liteComponent();
    const received = await lengths(client);
    await publish(client, 1);
    await client.publishToTopic({ topic, publishMessage: { jsonMessage: { message } } });
    await publish(client, 2);
    const again = await lengths(client);
    await publish(client, 3);
    await eventually(() => again).toEqual([3]);
    expect(received).toEqual([1]);
  });

  it('delivers a small jsonMessage', async () => {
    const { client } = await liteComponent();
    const received = await lengths(client);
    await client.publishToTopic({
      topic,
      publishMessage: { jsonMessage: { message: { label: 'glass', confidence: 0.9 } } },
    });
    await publish(client, 1);
    await eventually(() => received).toEqual([-1, 1]);
  });

  it('answers with errors that have no message of their own', async () => {
    const { nucleus, client } = await liteComponent();
    await expect(client.getSecretValue({ secretId: 'x' })).rejects.toMatchObject({
      serviceError: { _message: '', _errorCode: 'ServiceError' },
    });
    const validation = client.subscribeToValidateConfigurationUpdates({});
    await expect(validation.activate()).rejects.toMatchObject({ serviceError: { _message: '' } });
    const denied = (await client
      .subscribeToTopic({ topic: 'line2' })
      .activate()
      .catch((error: unknown) => error)) as { serviceError: object };
    expect(denied.serviceError).toEqual({
      _message: 'IPC Operation not authorized.',
      _errorCode: 'UnauthorizedError',
    });
    nucleus.iotCore.setOnline(false);
    const offline = client.publishToIoTCore({ topicName: 'a', qos: '1' as never, payload: 'x' });
    await expect(offline).rejects.toMatchObject({ serviceError: { _message: '' } });
  });

  it('takes 6,500 bytes for IoT Core and not more', async () => {
    const { client } = await liteComponent();
    const send = (bytes: number) =>
      client.publishToIoTCore({ topicName: 'a', qos: '1' as never, payload: Buffer.alloc(bytes) });
    await send(6_500);
    await expect(send(6_501)).rejects.toMatchObject({ serviceError: { _errorCode: 'ServiceError' } });
  });

  it('hands the scalars of a YAML recipe out as strings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mli-recipe-'));
    atEnd(() => rm(folder, { recursive: true }));
    const path = join(folder, 'recipe.yaml');
    await writeFile(
      path,
      "RecipeFormatVersion: '2020-01-25'\nComponentName: com.example.Yaml\nComponentConfiguration:\n  DefaultConfiguration: { rate: 0.5, on: true, list: [1], none: null }\n",
    );
    const nucleus = await startNucleus({ kind: 'lite' });
    const client = await sdkClient(await nucleus.addComponent({ recipe: path }));
    expect((await client.getConfiguration({ keyPath: [] })).value).toEqual({
      rate: '0.5',
      on: 'true',
      list: ['1'],
      none: null,
    });
  });
});
