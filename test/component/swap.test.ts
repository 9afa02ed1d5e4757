import { rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { Desk } from './desk.js';
import { replaceManifest, spoil, variant, wrongGolden } from './variant.js';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
  await desk.run(desk.configuration());
  await desk.moreResults(2);
});
afterEach(() => desk.close());

const deployModel = (model: object) =>
  desk.nucleus.deploy('mli.Inference', { merge: { models: { sorter: model } } } as never);
const events = (type: string) =>
  desk.local
    .filter(({ topic }) => topic === 'mli/status/desk')
    .map(({ message }) => message as PipelineStatusMessage)
    .filter(({ event }) => event.type === type);
const versions = () => desk.results().map(({ model }) => model.version);

/** Longest pause between two results, in intervals of 0.2 s, over a stretch of results. */
function longestPause(from: number): number {
  const times = desk.local.filter(({ topic }) => topic === 'mli/predictions/desk').map(({ atMs }) => atMs);
  return Math.max(...times.slice(from + 1).map((time, index) => time - (times[from + index] ?? time))) / 200;
}

describe('a model swap', () => {
  it('goes over to the new model while the old one works, without a gap, and says so', async () => {
    const before = desk.results().length;
    await deployModel(await variant(desk.pictures, '9.0.0'));
    await desk.until('a result of the new model', () => versions().includes('9.0.0'));
    await desk.moreResults(5);
    // Every result before the switch is the old model's, every one after it the new one's.
    const order = versions().slice(before);
    // The old process may finish the frame that it has begun.
    expect(order.slice(order.indexOf('9.0.0') + 2).every((version) => version === '9.0.0')).toBe(true);
    // A tick may be late on a busy machine, but the start of a process (more than a second) never shows.
    expect(longestPause(before)).toBeLessThan(5);
    expect(events('model-swapped')).toHaveLength(1);
    expect(events('model-swapped')[0]).toMatchObject({
      model: { version: '9.0.0' },
      event: { to: { version: '9.0.0' } },
    });
    await desk.until('the end of the old process', () => desk.pipelinePids().length === 1);
  });

  it.each([
    ['fails its golden sample', 'GOLDEN', (folder: string) => variant(folder, '9.0.0', wrongGolden)],
    [
      'is truncated',
      'SHA-256',
      (folder: string) =>
        variant(folder, '9.0.0', (_manifest, copy) =>
          truncate(path.join(copy, 'dlr-x64-avx2/compiled.params'), 1000).then(() =>
            truncate(path.join(copy, 'dlr-x64-avx512/compiled.params'), 1000),
          ),
        ),
    ],
    [
      'has lost its library',
      'missing',
      (folder: string) =>
        variant(folder, '9.0.0', async (_manifest, copy) => {
          for (const target of ['dlr-x64-avx2', 'dlr-x64-avx512'])
            await rm(path.join(copy, target, 'compiled.so'));
        }),
    ],
    [
      'is not there',
      'no model package',
      async () => ({ source: { type: 'package', path: '/nowhere', sha256: 'f'.repeat(64) } }),
    ],
  ])('leaves the old model at work where the new one %s', async (_title, reason, make) => {
    const [pid] = desk.pipelinePids();
    await deployModel(await make(desk.pictures));
    await desk.until('the rejection', () => events('model-rejected').length > 0);
    const [rejection] = events('model-rejected');
    const { message } = (rejection as { event: { message: string } }).event;
    expect(message.toLowerCase() + (reason === 'GOLDEN' ? desk.log : '').toLowerCase()).toContain(
      reason.toLowerCase(),
    );
    await desk.moreResults(3);
    expect(new Set(versions())).toEqual(new Set([desk.results()[0]?.model.version]));
    expect(desk.pipelinePids()).toContain(pid);
  });

  it('of two changes in a row the last one wins, and stays', async () => {
    const [second, third] = [await variant(desk.pictures, '2.0.0'), await variant(desk.pictures, '3.0.0')];
    await deployModel(second);
    await sleep(300);
    await deployModel(third);
    await desk.until('a result of the last model', () => versions().includes('3.0.0'));
    const first = versions().indexOf('3.0.0');
    await desk.moreResults(10);
    // The process before may finish the frame that it has begun; then there is only the last model.
    expect(new Set(versions().slice(first + 2))).toEqual(new Set(['3.0.0']));
    await desk.until('one process', () => desk.pipelinePids().length === 1);
  });

  it('brings a newer model behind the same configuration when it is asked to, and looks at a bad one only once', async () => {
    const shipped = await variant(desk.pictures, '5.0.0');
    const { path: folder } = shipped.source;
    const other = { source: { type: 'package', path: folder }, target: shipped.target, allowUnpinned: true };
    await desk.nucleus.deploy('mli.Inference', {
      merge: { models: { other }, pipelines: { 'belt-1': { model: 'other' } } },
    });
    await desk.until('a result of it', () => versions().includes('5.0.0'), 6000);
    const ask = () =>
      desk.nucleus.pubsub.publish({
        topic: 'mli/control/update-models',
        from: undefined,
        content: { binary: Buffer.from('{}') },
      });

    await replaceManifest(folder, { golden: [], decoder: { type: 'nonsense' } });
    ask();
    await desk.until('the rejection', () => events('model-rejected').length > 0);
    await replaceManifest(folder, {
      version: '6.0.0',
      decoder: { type: 'classification', activation: 'softmax' },
    });
    ask();
    await desk.until('a result of the newer one', () => versions().includes('6.0.0'));
  });

  it('keeps a running model at work when its files disappear', async () => {
    const copy = await variant(desk.pictures, '4.0.0');
    await deployModel(copy);
    await desk.until('a result of it', () => versions().includes('4.0.0'));
    await rm(copy.source.path, { recursive: true });
    await desk.moreResults(5);
    expect(versions().at(-1)).toBe('4.0.0');
  });

  it(
    'starts with the earlier model where the newest is wrong and the component was restarted',
    { timeout: 60_000 },
    async () => {
      const { path: folder } = (await variant(desk.pictures, '5.0.0')).source;
      const other = { source: { type: 'package', path: folder }, allowUnpinned: true };
      const configuration = {
        ...desk.configuration({ 'belt-1': { model: 'other' } }),
        models: { other },
      } as never;
      await desk.nucleus.deploy('mli.Inference', {
        merge: { models: { other }, pipelines: { 'belt-1': { model: 'other' } } },
      });
      await desk.until('a result of it', () => versions().includes('5.0.0'));
      await desk.stopComponent();
      await spoil(folder, '6.0.0');
      const before = desk.results().length;
      await desk.run(configuration);
      await desk.until('the rejection', () => events('model-rejected').length > 0);
      await desk.until('results', () => desk.results().length > before + 2);
      expect(new Set(versions().slice(before))).toEqual(new Set(['5.0.0']));
    },
  );
});
