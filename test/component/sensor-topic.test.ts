import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Desk } from './desk.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
let desk: Desk;
afterEach(() => desk.close());

describe.each(['classic', 'lite'] as const)('readings on a local topic (%s nucleus)', (kind) => {
  it('become windows and results of the pipeline that asks for them', async () => {
    desk = await Desk.open(kind);
    const source = { type: 'topic', topic: 'plant/pump', timeField: 't' };
    const accessControl = {
      'aws.greengrass.ipc.pubsub': {
        'mli.Inference:pubsub:sensor': {
          operations: ['aws.greengrass#SubscribeToTopic'],
          resources: ['plant/pump'],
        },
      },
    };
    const models = { pump: { source: { type: 'package', path: path.join(root, 'models/pump-watch') } } };
    await desk.run({ models, pipelines: { pump: { source, model: 'pump' } }, accessControl } as never);
    const publisher = await desk.nucleus.addComponent({
      name: 'plant.Sensor',
      accessControl: {
        'aws.greengrass.ipc.pubsub': {
          all: { operations: ['aws.greengrass#PublishToTopic'], resources: ['*'] },
        },
      },
    });
    const { createGreengrassClient } = await import('../../src/greengrass/index.js');
    const { createLogger } = await import('../../src/logger.js');
    const logger = createLogger({ name: 'sensor', level: 'silent' });
    const client = createGreengrassClient({ logger, environment: publisher.environment });
    await client.connect();
    let time = 1_767_225_600;
    let sent: Promise<void> = Promise.resolve();
    const send = setInterval(() => {
      const readings = Array.from({ length: 20 }, () => ({
        t: (time += 0.05),
        vibration: 2 * Math.sin(time * 10),
        temperature: 41,
        current: 3.2,
        noise: -34,
      }));
      sent = sent.then(() => client.publish('plant/pump', JSON.stringify(readings)));
    }, 50);
    try {
      await desk.until('a result of the pump', () => desk.results('pump').length > 0);
    } finally {
      clearInterval(send);
      // What is on its way arrives before the connection ends.
      await sent;
      await client.close();
    }
    expect(desk.results('pump')[0]?.frame).toMatchObject({
      samples: 200,
      channels: ['vibration', 'temperature', 'current', 'noise'],
    });
  }, 60_000);
});
