import { Ajv2020 } from 'ajv/dist/2020.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nativeResultSchema } from '../../src/publish/index.js';
import type { ComponentStatusMessage } from '../../src/component-status.js';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { Desk } from './desk.js';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(() => desk.close());

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** What the component told of configurations that it refused. */
const refusals = () =>
  desk.local
    .filter(({ topic }) => topic === 'mli/status/desk')
    .map(({ message }) => message as ComponentStatusMessage | PipelineStatusMessage)
    .filter(({ event }) => event.type === 'configuration-refused');

/** Fires on every frame: one of the labels is always the best. */
const everyFrame = (topic: string) => ({
  when: { label: ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'], minConfidence: 0 },
  do: [{ type: 'topic', topic, message: { gate: 'open' } }],
});

describe('the component on a nucleus', () => {
  it('publishes every result locally, in the published form, and changes to IoT Core', async () => {
    await desk.run();
    await desk.moreResults(6);
    const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(
      z.toJSONSchema(nativeResultSchema),
    );
    for (const result of desk.results()) expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    const [first] = desk.results();
    expect(first).toMatchObject({
      thing: 'desk',
      pipeline: 'belt-1',
      model: { name: 'waste-sorter', runtime: 'dlr' },
      frame: { id: 1, width: 320, height: 240, name: 'a.jpg' },
    });
    expect(first?.predictions).toHaveLength(6);
    expect(new Set(desk.results().map(({ id }) => id)).size).toBe(desk.results().length);
    expect(desk.cloud.length).toBeGreaterThanOrEqual(1);
    expect(desk.cloud.length).toBeLessThanOrEqual(desk.results().length);
    expect(desk.cloud[0]).toMatchObject({ topic: 'mli/predictions/desk', message: first });
  });

  it('runs the pipelines of a model in one process, and one that wants its own in another', async () => {
    await desk.run(desk.configuration({ 'belt-1': {}, 'belt-2': {}, 'belt-3': { process: 'own' } }));
    for (const belt of ['belt-1', 'belt-2', 'belt-3']) await desk.moreResults(2, belt);
    expect(desk.pipelinePids()).toHaveLength(2);
  });

  it('adds, removes and changes pipelines of a process without a pause of the others', async () => {
    await desk.run(desk.configuration({ 'belt-1': {}, 'belt-2': {} }));
    await desk.moreResults(2, 'belt-1');
    await desk.moreResults(2, 'belt-2');
    const before = desk.pipelinePids();
    const change = desk.configuration({ 'belt-2': { preprocess: { crop: 'center' } }, 'belt-3': {} });
    await desk.nucleus.deploy('mli.Inference', { merge: change });
    await desk.moreResults(2, 'belt-3');
    const { pipelines, ...others } = desk.nucleus.configuration('mli.Inference') as never as {
      pipelines: Record<string, object>;
    };
    delete pipelines['belt-2'];
    await desk.nucleus.deploy('mli.Inference', { replace: { ...others, pipelines } as never });
    await desk.until('the end of belt-2', () => desk.log.includes('pipeline removed'));
    await desk.moreResults(3, 'belt-1');
    expect(desk.pipelinePids()).toEqual(before);
    // Not one frame of belt-1 was lost: a source that was opened anew would count from 1.
    const frames = desk.results('belt-1').map(({ frame }) => frame.id);
    expect(frames).toEqual(frames.map((_, index) => index + 1));
  });

  it('names the permission that a denied topic lacks, and goes on', async () => {
    await desk.run(desk.configuration({ 'belt-1': { rules: [everyFrame('line1/gate')] } }));
    await desk.moreResults(3);
    expect(desk.local.filter(({ topic }) => topic === 'line1/gate')).toEqual([]);
    await desk.until(
      'the log line',
      () => desk.log.includes('IPC_UNAUTHORIZED') || /PublishToTopic.*line1\/gate/.test(desk.log),
    );
    expect(desk.log).toContain(
      'lacks aws.greengrass#PublishToTopic on line1/gate, for pipelines.belt-1.rules[0].do[0]',
    );
  });

  it('acts on a topic that the deployment allows, and marks the decision in the result', async () => {
    await desk.run({
      ...desk.configuration({ 'belt-1': { rules: [{ name: 'open', ...everyFrame('{pipeline}/gate') }] } }),
      accessControl: {
        'aws.greengrass.ipc.pubsub': {
          gate: { operations: ['aws.greengrass#PublishToTopic'], resources: ['belt-1/gate'] },
        },
      },
    } as never);
    await desk.moreResults(3);
    expect(desk.local.find(({ topic }) => topic === 'belt-1/gate')?.message).toEqual({ gate: 'open' });
    expect(desk.results().every(({ decision }) => decision?.rule === 'open')).toBe(true);
  });

  it('replaces a pipeline process that was killed, and one that was stopped; no result is doubled', async () => {
    await desk.run();
    await desk.moreResults(2);
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const [pid = 0] = desk.pipelinePids();
      process.kill(pid, signal);
      await sleep(100);
      await desk.moreResults(2);
      expect(desk.pipelinePids()).not.toContain(pid);
      expect(alive(pid), `process ${pid} after ${signal}`).toBe(false);
    }
    const ids = desk.results().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('waits with a pipeline that was removed and added again until its predecessor is gone', async () => {
    await desk.run();
    await desk.moreResults(2);
    const before = desk.pipelinePids();
    const configuration = desk.nucleus.configuration('mli.Inference');
    // A process that is stopped leaves only when it is killed, five seconds later.
    for (const pid of before) process.kill(pid, 'SIGSTOP');
    await desk.nucleus.deploy('mli.Inference', { replace: { ...configuration, pipelines: {} } });
    await desk.until('its removal', () => desk.log.includes('pipeline removed'));
    await desk.nucleus.deploy('mli.Inference', { replace: configuration });
    await desk.until('another process', () => desk.pipelinePids().some((pid) => !before.includes(pid)));
    expect(before.filter(alive)).toEqual([]);
    await desk.moreResults(2);
  });

  it('applies a changed configuration to the pipelines that it concerns only', async () => {
    const belts = { 'belt-1': {}, 'belt-2': {} };
    await desk.run(desk.configuration(belts));
    await desk.moreResults(1, 'belt-1');
    await desk.moreResults(1, 'belt-2');
    const before = desk.pipelinePids();
    const change = { pipelines: { 'belt-2': { preprocess: { crop: 'center' } } } };
    await desk.nucleus.deploy('mli.Inference', { merge: change });
    await desk.until('the change', () => desk.log.includes('the pipeline has gone over'));
    await desk.moreResults(2, 'belt-2');
    expect(desk.pipelinePids()).toEqual(before);
  });

  it('changes rules and topics without touching the process', async () => {
    await desk.run();
    await desk.moreResults(1);
    const before = desk.pipelinePids();
    const change = { pipelines: { 'belt-1': { publish: { local: { topic: 'mli/predictions/other' } } } } };
    await desk.nucleus.deploy('mli.Inference', { merge: change });
    await desk.until('a result on the new topic', () =>
      desk.local.some(({ topic }) => topic === 'mli/predictions/other'),
    );
    expect(desk.pipelinePids()).toEqual(before);
  });

  it('refuses a wrong configuration before it is deployed, and works on with the old one', async () => {
    await desk.run();
    await desk.moreResults(1);
    const wrong = { pipelines: { 'belt-1': { source: { intervalSeconds: -1 } } } };
    const verdict = await desk.nucleus.deploy('mli.Inference', { merge: wrong });
    expect(verdict).toMatchObject({
      status: 'rejected',
      reason: expect.stringContaining('pipelines.belt-1.source.intervalSeconds') as unknown,
    });
    await desk.until('the status', () => refusals().length > 0);
    expect(refusals()[0]).toMatchObject({
      event: { code: 'CONFIG_INVALID', problems: [{ path: 'pipelines.belt-1.source.intervalSeconds' }] },
    });
    await desk.moreResults(2);
  });

  it('works on through a restart of the nucleus', async () => {
    await desk.run();
    await desk.moreResults(2);
    await desk.nucleus.restart(500);
    await desk.moreResults(3);
    const results = desk.results();
    expect(results.at(-1)?.id.split('-')[0]).toBe(results[0]?.id.split('-')[0]);
  });

  it('starts without a nucleus where a file configures it, and publishes when the nucleus comes', async () => {
    const { environment } = await desk.nucleus.addComponent({ recipe: 'recipes/mli.Inference.yaml' });
    const { writeFile } = await import('node:fs/promises');
    const file = `${desk.pictures}/mli.json`;
    await writeFile(file, JSON.stringify(desk.configuration()));
    const restarting = desk.nucleus.restart(2500);
    desk.spawn(['--config', file], environment);
    await desk.until('the pipeline', () => desk.log.includes('pipeline ready'));
    await restarting;
    await desk.moreResults(2);
  });

  it('ends on SIGTERM with code 0 and leaves no process behind', async () => {
    await desk.run(desk.configuration({ 'belt-1': {}, 'belt-2': {} }));
    await desk.moreResults(1, 'belt-2');
    const pids = desk.pipelinePids();
    expect(await desk.stopComponent()).toBe(0);
    expect(pids.filter(alive)).toEqual([]);
  });

  it('ends within 15 s on SIGTERM where a pipeline process does not answer', async () => {
    await desk.run();
    await desk.moreResults(1);
    const pids = desk.pipelinePids();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const started = performance.now();
    expect(await desk.stopComponent()).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(pids.filter(alive)).toEqual([]);
  });

  it('its pipelines end with it when it is killed', async () => {
    const child = await desk.run();
    await desk.moreResults(1);
    const pids = desk.pipelinePids();
    child.kill('SIGKILL');
    await desk.until('the end of the pipelines', () => !pids.some(alive));
  });

  it('ends with the problems of a wrong configuration at the start', async () => {
    const child = await desk.run({
      pipelines: { 'belt-1': { source: { type: 'images' }, model: 'none' } },
      colour: 1,
    } as never);
    await desk.until('its end', () => child.exitCode !== null);
    expect(child.exitCode).toBe(2);
    for (const part of ['pipelines.belt-1.source.path', 'colour', 'docs/configuration.md'])
      expect(desk.log).toContain(part);
  });
});

describe('the component on nucleus lite', () => {
  it('publishes results there too, from scalars that are strings, and keeps the old configuration when a wrong one comes', async () => {
    await desk.close();
    desk = await Desk.open('lite');
    const configuration = desk.configuration();
    await desk.run(
      JSON.parse(JSON.stringify(configuration).replaceAll('0.2', '"0.2"')) as Record<string, never>,
    );
    await desk.moreResults(2);
    const wrong = { pipelines: { 'belt-1': { source: { intervalSeconds: 'often' } } } };
    expect(await desk.nucleus.deploy('mli.Inference', { merge: wrong })).toEqual({ status: 'applied' });
    await desk.until('the log line', () => desk.log.includes('the one before stays'));
    await desk.until('the status', () => refusals().length > 0);
    expect(refusals()[0]).toMatchObject({
      thing: 'desk',
      event: { code: 'CONFIG_INVALID', problemCount: 1 },
    });
    await desk.moreResults(2);
  });
});
