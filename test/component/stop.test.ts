import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NativeResult } from '../../src/publish/index.js';
import { Desk } from './desk.js';

const recipe = fileURLToPath(new URL('../../recipes/mli.Inference.yaml', import.meta.url));
let desk: Desk;
/** Writes down the state that its lamp was given last. */
let lamp: string;

beforeEach(async () => {
  // Its nucleus keeps nothing while it is offline.
  desk = await Desk.open('lite');
  lamp = path.join(desk.pictures, 'lamp.sh');
  await writeFile(lamp, `#!/bin/sh\nprintf '%s' "$1" > '${desk.pictures}/lamp.state'\n`);
  await chmod(lamp, 0o755);
});
afterEach(() => desk.close());

const lampState = () => readFile(path.join(desk.pictures, 'lamp.state'), 'utf8').catch(() => 'never set');

/** As fast as the model takes them, so that an inference is always under way; each result for the cloud, which is away. */
const configuration = () => {
  const rule = {
    when: { label: ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'], minConfidence: 0 },
    do: [
      { type: 'topic', topic: 'line1/gate', message: 'open', failSafe: { do: 'closed' } },
      { type: 'command', run: [lamp, 'on'], minIntervalSeconds: 1, failSafe: { do: [lamp, 'off'] } },
    ],
  };
  const source = { type: 'images', path: desk.pictures, intervalSeconds: 0 };
  const publish = { cloud: { mode: 'every' } };
  return {
    ...desk.configuration({ 'belt-1': { source, publish, rules: [rule] } }),
    actuators: { commands: [lamp] },
    accessControl: {
      'aws.greengrass.ipc.pubsub': {
        'mli.Inference:pubsub:gate': {
          operations: ['aws.greengrass#PublishToTopic'],
          resources: ['line1/gate'],
        },
      },
    },
  } as never;
};

const gate = () => desk.local.filter(({ topic }) => topic === 'line1/gate').map(({ message }) => message);

/** Starts the component; again in the same state with the nucleus' environment. */
async function start(): Promise<void> {
  const { environment } = await desk.nucleus.addComponent({ recipe, configuration: configuration() });
  desk.spawn([], environment);
}

describe.each([
  ['works', undefined],
  ['hangs', 'SIGSTOP'],
] as const)('SIGTERM while an inference %s', (_how, signal) => {
  it('ends the component within 15 s, its actuators in their fail-safe state, what waits on the disk', async () => {
    desk.nucleus.iotCore.setOnline(false);
    await start();
    await desk.moreResults(10);
    await expect.poll(lampState).toBe('on');
    expect(gate().at(-1)).toBe('open');
    for (const pid of signal ? desk.pipelinePids() : []) process.kill(pid, signal);

    const started = performance.now();
    expect(await desk.stopComponent()).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(gate().at(-1)).toBe('closed');
    expect(await lampState()).toBe('off');

    // All that was told locally, and nothing of it to the cloud yet.
    const ids = desk.results().map(({ id }) => id);
    expect(desk.cloud).toEqual([]);
    expect(await readdir(path.join(desk.pictures, 'work/spool/results/v1'))).toContain('CURRENT');
    desk.nucleus.iotCore.setOnline(true);
    await start();
    const sent = () => desk.cloud.map(({ message }) => (message as NativeResult).id);
    await desk.until('what waited', () => sent().length >= ids.length);
    expect(sent().slice(0, ids.length)).toEqual(ids);
  }, 60_000);
});
