import { expect, it } from 'vitest';
import type { Picture } from '../../src/opencv.js';
import { LatestFrame } from '../../src/sources/latest-frame.js';
import type { PictureFrame } from '../../src/types.js';

const makeSlot = () => new LatestFrame<PictureFrame>(({ picture }) => picture.release());
const never = new AbortController().signal;
const released: number[] = [];
const frame = (id: number): PictureFrame => ({
  kind: 'picture',
  id,
  capturedAt: new Date(),
  width: 1,
  height: 1,
  picture: { release: () => released.push(id) } as unknown as Picture,
});

it('the newest frame wins; the ones before it are released and counted', async () => {
  const slot = makeSlot();
  slot.put(frame(1));
  slot.put(frame(2));
  slot.put(frame(3));
  expect((await slot.take(never))?.id).toBe(3);
  expect(slot.superseded).toBe(2);
  expect(released).toEqual([1, 2]);
});

it('who takes waits for the next frame, the end, a failure or the signal', async () => {
  const slot = makeSlot();
  const waiting = slot.take(never);
  slot.put(frame(4));
  expect((await waiting)?.id).toBe(4);

  const stop = new AbortController();
  const stopped = slot.take(stop.signal);
  stop.abort();
  expect(await stopped).toBeUndefined();

  slot.put(frame(5));
  slot.end();
  expect((await slot.take(never))?.id).toBe(5);
  expect(await slot.take(never)).toBeUndefined();

  const failing = makeSlot();
  const failed = failing.take(never);
  failing.end(new Error('unplugged'));
  await expect(failed).rejects.toThrow('unplugged');
});
