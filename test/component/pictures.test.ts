import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { pngHeader } from '../sources/pictures.js';
import { Desk } from './desk.js';

let desk: Desk;
afterEach(() => desk.close());

it('pictures that are cut off, empty, too large or none at all are skipped and counted; the others give results', async () => {
  desk = await Desk.open();
  const put = (name: string, bytes: Uint8Array | string) => writeFile(path.join(desk.pictures, name), bytes);
  const whole = await readFile(path.join(desk.pictures, 'a.jpg'));
  const unusable = ['c-half.jpg', 'd-empty.jpg', 'e-huge.png', 'f-text.jpg', 'g-tail.png'];
  await put('c-half.jpg', whole.subarray(0, whole.length / 2));
  await put('d-empty.jpg', '');
  await put('e-huge.png', pngHeader(30_000, 30_000));
  await put('f-text.jpg', 'This is no picture.');
  await put('g-tail.png', pngHeader(320, 240).subarray(0, 60));
  // A picture under a wrong name is one all the same.
  await put('h-misnamed.png', whole);
  await desk.run({ ...desk.configuration(), status: { intervalSeconds: 1 } } as never);
  const names = () => new Set(desk.results().map(({ frame }) => frame.name));
  await desk.until('a result of each sound picture', () => names().size === 3);
  await desk.moreResults(4);
  const counters = () =>
    desk.local
      .filter(({ topic }) => topic === 'mli/status/desk')
      .map(({ message }) => (message as PipelineStatusMessage).counters)
      .at(-1);
  await desk.until('their count', () => (counters()?.picturesUnreadable ?? 0) >= unusable.length);
  expect([...names()].sort()).toEqual(['a.jpg', 'b.jpg', 'h-misnamed.png']);
  for (const name of unusable) expect(desk.log).toContain(name);
  // They cost no frame and no process.
  expect(counters()).toMatchObject({ inferenceFaults: 0, sourceFaults: 0 });
  const frames = desk.results().map(({ frame }) => frame.id);
  expect(frames).toEqual(frames.map((_, index) => index + 1));
}, 60_000);
