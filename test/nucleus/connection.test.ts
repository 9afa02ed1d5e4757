import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../src/nucleus/frames.js';
import type { DevelopmentNucleus } from '../../src/nucleus/index.js';
import { allow, eventually, startNucleus } from './fixture.js';
import { RawPeer } from './raw-peer.js';

async function openPeer(nucleus: DevelopmentNucleus): Promise<RawPeer> {
  return RawPeer.open(nucleus.socketPath);
}

async function openComponent(nucleus: DevelopmentNucleus, name = 'com.example.Raw'): Promise<RawPeer> {
  const { svcuid } = await nucleus.addComponent({ name, accessControl: allow(['*']) });
  const peer = await openPeer(nucleus);
  peer.handshake(svcuid);
  await eventually(() => peer.received.length).toBe(1);
  return peer;
}

/** The nucleus still serves a well-behaved component. */
async function expectServing(nucleus: DevelopmentNucleus): Promise<void> {
  const peer = await openComponent(nucleus, 'com.example.Honest');
  peer.request(1, 'GetConfiguration', { keyPath: [] });
  await eventually(() => peer.received.length).toBe(2);
  peer.socket.destroy();
}

describe('the handshake', () => {
  it('accepts a token that the nucleus gave', async () => {
    const nucleus = await startNucleus();
    const peer = await openComponent(nucleus);
    expect(peer.received[0]).toMatchObject({ type: 5, flags: 1, streamId: 0 });
    expect(nucleus.connectionCount('com.example.Raw')).toBe(1);
  });

  it('answers a wrong token without the accepted flag on the classic nucleus, and takes nothing after it', async () => {
    const nucleus = await startNucleus();
    const { svcuid } = await nucleus.addComponent({ name: 'com.example.Raw' });
    const peer = await openPeer(nucleus);
    peer.handshake('FFFFFFFFFFFFFFFF');
    peer.handshake(svcuid);
    await peer.ended;
    expect(peer.received).toMatchObject([{ type: 5, flags: 0 }]);
    expect(nucleus.counters.connectionsAccepted).toBe(0);
  });

  it('closes the connection at a wrong token on lite', async () => {
    const nucleus = await startNucleus({ kind: 'lite' });
    const peer = await openPeer(nucleus);
    peer.handshake('FFFFFFFFFFFFFFFF');
    await peer.ended;
    expect(peer.received).toEqual([]);
  });

  it.each([
    [
      'another protocol version',
      (peer: RawPeer) => peer.handshake('x', '0.2.0'),
      'the protocol version is 0.2.0, not 0.1.0',
    ],
    [
      'a request before it',
      (peer: RawPeer) => peer.request(1, 'GetConfiguration', {}),
      'the first message is not a connect',
    ],
    [
      'no JSON',
      (peer: RawPeer) => peer.send({ type: 4, headers: { ':version': '0.1.0' }, payload: Buffer.from('{') }),
      'the connect message is no JSON',
    ],
  ])('ends the connection at %s', async (_, act, reason) => {
    const nucleus = await startNucleus();
    const ended = new Promise<string>((resolve) =>
      nucleus.once('disconnected', (event) => resolve(event.reason)),
    );
    const peer = await openPeer(nucleus);
    act(peer);
    expect(await ended).toContain(reason);
    await peer.ended;
  });

  it('is waited for a limited time', async () => {
    const nucleus = await startNucleus({ limits: { handshakeTimeoutMs: 50 } });
    const peer = await openPeer(nucleus);
    await peer.ended;
    await expectServing(nucleus);
  });
});

describe('a connection', () => {
  it('answers a ping', async () => {
    const peer = await openComponent(await startNucleus());
    peer.send({ type: 2 });
    await eventually(() => peer.received[1]?.type).toBe(3);
  });

  it('answers a request that is no JSON with an error, and goes on', async () => {
    const peer = await openComponent(await startNucleus());
    peer.send({
      streamId: 1,
      headers: { operation: 'aws.greengrass#GetConfiguration' },
      payload: Buffer.from('{'),
    });
    peer.request(2, 'GetConfiguration', {});
    await eventually(() => peer.received.length).toBe(3);
    expect(peer.received[1]).toMatchObject({
      type: 1,
      flags: 2,
      headers: { 'service-model-type': 'aws.greengrass#InvalidArgumentsError' },
    });
    expect(peer.received[2]?.headers['service-model-type']).toBe('aws.greengrass#GetConfigurationResponse');
  });

  it('ends at a stream that was used before', async () => {
    const peer = await openComponent(await startNucleus());
    peer.request(5, 'GetConfiguration', {});
    peer.send({ streamId: 5, flags: 2 });
    peer.request(4, 'GetConfiguration', {});
    await peer.ended;
  });

  it('ends when it holds too many streams', async () => {
    const nucleus = await startNucleus({ limits: { maxStreams: 3 } });
    const peer = await openComponent(nucleus);
    for (let id = 1; id <= 4; id += 1) peer.request(id, 'SubscribeToTopic', { topic: 'a' });
    await peer.ended;
    expect(nucleus.pubsub.receivers('a', undefined)).toEqual([]);
  });

  it('ends its subscriptions when the client ends the stream, or goes', async () => {
    const nucleus = await startNucleus();
    const peer = await openComponent(nucleus);
    peer.request(1, 'SubscribeToTopic', { topic: 'a' });
    peer.request(2, 'SubscribeToTopic', { topic: 'a' });
    await eventually(() => nucleus.pubsub.receivers('a', undefined).length).toBe(2);
    peer.send({ streamId: 1, flags: 2 });
    await eventually(() => nucleus.pubsub.receivers('a', undefined).length).toBe(1);
    peer.socket.destroy();
    await eventually(() => nucleus.pubsub.receivers('a', undefined).length).toBe(0);
  });
});

describe('a nucleus under bad bytes', () => {
  it('closes each connection and serves the next: random bytes, cut frames, huge lengths', async () => {
    const nucleus = await startNucleus();
    const whole = Buffer.from(
      encodeFrame({
        type: 4,
        flags: 0,
        streamId: 0,
        headers: { ':version': '0.1.0' },
        payload: Buffer.from('{}'),
      }),
    );
    const huge = Buffer.from(whole);
    huge.writeUInt32BE(0xffff_fff0, 0);
    for (let round = 0; round < 60; round += 1) {
      const peer = await openPeer(nucleus);
      const changed = Buffer.from(whole);
      changed[round % changed.length] = round;
      const bytes =
        [randomBytes(round * 7 + 1), whole.subarray(0, round % whole.length), huge, changed][round % 4] ??
        huge;
      peer.socket.end(bytes);
      await peer.ended;
    }
    expect(nucleus.connectionCount()).toBe(0);
    await expectServing(nucleus);
  });

  it('stops reading at once where a frame announces more than the limit', async () => {
    const nucleus = await startNucleus({ limits: { maxFrameBytes: 64 * 1024 } });
    const peer = await openComponent(nucleus);
    const piece = encodeFrame({
      type: 0,
      flags: 0,
      streamId: 1,
      headers: {},
      payload: Buffer.alloc(16 * 1024 * 1024),
    });
    let taken = 0;
    const feed = () => {
      while (peer.socket.writable && peer.socket.write(piece.subarray(0, 64 * 1024))) taken += 64 * 1024;
    };
    peer.socket.on('drain', feed);
    feed();
    await peer.ended;
    expect(taken).toBeLessThan(2 * 1024 * 1024);
    await expectServing(nucleus);
  });

  it('survives requests with members of every wrong kind', async () => {
    const nucleus = await startNucleus();
    const peer = await openComponent(nucleus);
    const values = [
      undefined,
      null,
      0,
      -1,
      '',
      'x',
      [],
      [null],
      {},
      { topic: {} },
      { message: 1 },
      'a'.repeat(10_000),
    ];
    const operations = [
      'PublishToTopic',
      'SubscribeToTopic',
      'GetConfiguration',
      'UpdateConfiguration',
      'UpdateState',
      'PublishToIoTCore',
      'SendConfigurationValidityReport',
      'toString',
      '__proto__',
      '',
    ];
    const members = [
      'topic',
      'publishMessage',
      'keyPath',
      'valueToMerge',
      'timestamp',
      'state',
      'topicName',
      'payload',
      'configurationValidityReport',
    ];
    let id = 0;
    for (const operation of operations) {
      for (const value of values) {
        for (const member of members)
          peer.request(++id, operation, {
            topic: 'a',
            topicName: 'a',
            qos: '1',
            keyPath: ['k'],
            timestamp: 1,
            [member]: value,
          });
        peer.request(++id, operation, value ?? null);
        for (let end = id - members.length; end <= id; end += 1) peer.send({ streamId: end, flags: 2 });
      }
    }
    await eventually(() => peer.received.length).toBe(id + 1);
    await expectServing(nucleus);
  });
});
