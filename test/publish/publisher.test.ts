import { describe, expect, it } from 'vitest';
import { publishSchema } from '../../src/config/publish.js';
import { Publisher, type NativeResult, type Transport } from '../../src/publish/index.js';

const names = { thingName: 'press-4', pipeline: 'belt-1' };
const result = (label: string, more: Partial<NativeResult> = {}): NativeResult => ({
  version: 1,
  id: 'x-1',
  thing: 'press-4',
  pipeline: 'belt-1',
  model: { name: 'm', version: '1.0.0', digest: '0', runtime: 'dlr' },
  frame: { id: 1, capturedAt: '2026-01-02T03:04:05Z', width: 1, height: 1 },
  predictions: [{ label, confidence: 0.9 }],
  timingsMs: { capture: 0, preprocess: 0, infer: 0, decode: 0 },
  ...more,
});

/** Writes down what would be sent. */
class RecordingTransport implements Transport {
  readonly sent: string[] = [];
  answer: () => Promise<void> = () => Promise.resolve();

  publish(topic: string): Promise<void> {
    this.sent.push(`local ${topic}`);
    return this.answer();
  }

  publishToIotCore(topic: string, _payload: string, qos: 0 | 1): Promise<void> {
    this.sent.push(`cloud ${topic} qos ${qos}`);
    return this.answer();
  }
}

function setUp(config: object = {}) {
  const transport = new RecordingTransport();
  const failures: unknown[] = [];
  const publisher = new Publisher(publishSchema.parse(config), names, transport, (error) =>
    failures.push(error),
  );
  return { transport, failures, publisher };
}

describe('the publisher', () => {
  it('sends every result locally, and to the cloud on change, on a decision and as a heartbeat', async () => {
    const { transport, publisher } = setUp({ cloud: { heartbeatSeconds: 60 } });
    const decision = { rule: 'r', label: 'paper', confidence: 1 };
    const cloudAt: number[] = [];
    const frames: [seconds: number, NativeResult][] = [
      [0, result('glass')],
      [1, result('glass')],
      [2, result('paper')],
      [3, result('paper', { decision })],
      [4, result('paper')],
      [63, result('paper')],
      [64, result('paper')],
    ];
    for (const [seconds, frame] of frames) {
      const before = publisher.counters.cloud;
      await publisher.publish(frame, seconds * 1000);
      if (publisher.counters.cloud > before) cloudAt.push(seconds);
    }
    expect(cloudAt).toEqual([0, 2, 3, 63]);
    expect(publisher.counters.local).toBe(frames.length);
    expect(transport.sent[0]).toBe('local mli/predictions/press-4');
    expect(transport.sent[1]).toBe('cloud mli/predictions/press-4 qos 1');
  });

  it('fills in the placeholders of topics, and leaves out what is null', async () => {
    const { transport, publisher } = setUp({ local: { topic: 'plant/{pipeline}/{thingName}' }, cloud: null });
    await publisher.publish(result('glass'), 0);
    expect(transport.sent).toEqual(['local plant/belt-1/press-4']);
  });

  it('counts and reports a failed message, and goes on', async () => {
    const { transport, failures, publisher } = setUp({ cloud: null });
    transport.answer = () => Promise.reject(new Error('not allowed'));
    await publisher.publish(result('glass'), 0);
    transport.answer = () => Promise.resolve();
    await publisher.publish(result('glass'), 1000);
    expect(publisher.counters).toMatchObject({ local: 1, localFailed: 1 });
    expect(failures).toHaveLength(1);
  });

  it('tells the cloud again what did not arrive', async () => {
    const { transport, publisher } = setUp({ local: null });
    transport.answer = () => Promise.reject(new Error('offline'));
    await publisher.publish(result('glass'), 0);
    transport.answer = () => Promise.resolve();
    await publisher.publish(result('glass'), 1000);
    await publisher.publish(result('glass'), 2000);
    expect(publisher.counters).toMatchObject({ cloud: 1, cloudFailed: 1 });
  });

  it('keeps a bounded number of messages waiting for a nucleus that does not answer, and counts the rest', async () => {
    const { transport, publisher } = setUp({ cloud: null });
    let release = (): void => undefined;
    const answered = new Promise<void>((resolve) => (release = resolve));
    transport.answer = () => answered;
    const publishing = Array.from({ length: 100 }, (_, index) => publisher.publish(result('glass'), index));
    expect(transport.sent).toHaveLength(32);
    expect(publisher.counters.localDropped).toBe(68);
    release();
    await Promise.all(publishing);
    expect(publisher.counters.local).toBe(32);
  });

  it('keeps the least interval, counts what it holds back, and lets decisions and later changes through', async () => {
    const { publisher } = setUp({ local: { minIntervalSeconds: 2 }, cloud: { minIntervalSeconds: 10 } });
    const decision = { rule: 'r', label: 'paper', confidence: 1 };
    const frames: [seconds: number, NativeResult][] = [
      [0, result('glass')],
      [1, result('paper')],
      [2, result('paper')],
      [3, result('paper', { decision })],
      [9, result('metal')],
      [14, result('metal')],
    ];
    for (const [seconds, frame] of frames) await publisher.publish(frame, seconds * 1000);
    expect(publisher.counters).toMatchObject({ local: 5, localLimited: 1, cloud: 3, cloudLimited: 3 });
  });

  it('sees a change in the boxes of a frame, not in their order', async () => {
    const { publisher } = setUp({ local: null });
    const boxes = (...labels: string[]) =>
      result('', {
        predictions: labels.map((label) => ({ label, confidence: 0.9, box: [0, 0, 0.1, 0.1] })),
      });
    const counts: number[] = [];
    for (const frame of [boxes('dog', 'cat'), boxes('cat', 'dog'), boxes('cat'), boxes(), boxes()]) {
      await publisher.publish(frame, 0);
      counts.push(publisher.counters.cloud);
    }
    expect(counts).toEqual([1, 1, 2, 3, 3]);
  });
});
