import { it } from 'vitest';
import { encodeFrame } from '../../src/nucleus/frames.js';
import { damage, damageDocument, fuzzRounds, random } from '../fuzz.js';
import { allow, eventually, startNucleus } from './fixture.js';
import { RawPeer } from './raw-peer.js';

const rounds = fuzzRounds(150);
const operations = [
  'SubscribeToTopic',
  'PublishToTopic',
  'PublishToIoTCore',
  'SubscribeToIoTCore',
  'GetConfiguration',
  'SubscribeToConfigurationUpdate',
  'UpdateState',
  'GetSecretValue',
  'NoSuchOperation',
];
const body = {
  topic: 'a/b',
  topicName: 'a/b',
  qos: '1',
  keyPath: ['pipelines'],
  payload: 'eA==',
  publishMessage: { binaryMessage: { message: 'eA==' } },
  state: 'RUNNING',
};

it(
  'frames that are damaged, or say what makes no sense, cost their connection at most',
  { timeout: 60_000 },
  async () => {
    const nucleus = await startNucleus();
    const { svcuid } = await nucleus.addComponent({
      name: 'com.example.Fuzz',
      accessControl: allow(['*'], ['*']),
    });
    for (let seed = 0; seed < rounds; seed++) {
      const next = random(seed);
      const peer = await RawPeer.open(nucleus.socketPath);
      if (next() < 0.9) peer.handshake(svcuid);
      for (let count = 0; count < 8 && !peer.socket.destroyed; count++) {
        const operation = operations[Math.floor(next() * operations.length)] ?? '';
        const frame = encodeFrame({
          type: next() < 0.8 ? 0 : Math.floor(next() * 12) - 2,
          flags: next() < 0.8 ? 0 : Math.floor(next() * 8),
          streamId: next() < 0.8 ? count + 1 : Math.floor(next() * 2 ** 31) - 5,
          headers: next() < 0.9 ? { operation: `aws.greengrass#${operation}` } : {},
          payload: Buffer.from(JSON.stringify(damageDocument(body, next, 0.1))),
        });
        peer.socket.write(next() < 0.2 ? damage(frame, next) : frame);
      }
      peer.socket.end();
      await peer.ended;
    }
    await eventually(() => nucleus.connectionCount('com.example.Fuzz')).toBe(0);
    // It still serves a well-behaved component.
    const honest = await RawPeer.open(nucleus.socketPath);
    honest.handshake(svcuid);
    honest.request(1, 'GetConfiguration', { keyPath: [] });
    await eventually(() => honest.received.length).toBe(2);
  },
);
