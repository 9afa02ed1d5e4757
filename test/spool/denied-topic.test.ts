import { expect, it } from 'vitest';
import { EdgeError } from '../../src/errors/index.js';
import { ResultsLane } from '../../src/spool/results.js';
import { config, message, quiet, temporaryFolder, until } from './lanes.js';

it('keeps messages for a denied topic for 30 s, drops and counts them then, and asks again after 5 minutes', async () => {
  const { folder, remove } = await temporaryFolder();
  let nowMs = 0;
  let asked = 0;
  let isDenied = true;
  const send = () => {
    asked++;
    if (!isDenied) return Promise.resolve();
    const details = {
      operation: 'PublishToIoTCore',
      resource: message(1).topic,
      service: 'aws.greengrass.ipc.mqttproxy',
      text: '',
    };
    return Promise.reject(new EdgeError('IPC_UNAUTHORIZED', details));
  };
  const { results } = config();
  const lane = new ResultsLane({ folder, config: results, send, logger: quiet, nowMs: () => nowMs });
  await lane.start();
  try {
    void lane.push(message(1));
    await until('the first denial', () => asked === 1);
    nowMs = 29_999;
    await until('a denial within the grace', () => asked === 2);
    expect(lane.status).toMatchObject({ waiting: 1, refused: 0, sent: 0 });
    nowMs = 30_000;
    await until('the drop', () => lane.status.refused === 1);
    const askedUntilBelieved = asked;
    void lane.push(message(2));
    await until('the drop of the next', () => lane.status.refused === 2);
    expect(asked).toBe(askedUntilBelieved);
    isDenied = false;
    nowMs += 300_000;
    void lane.push(message(3));
    await until('the message that is allowed', () => lane.status.sent === 1);
    expect(lane.status).toMatchObject({ waiting: 0, refused: 2 });
  } finally {
    await lane.close();
    await remove();
  }
});
