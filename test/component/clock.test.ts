import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { NativeResult } from '../../src/publish/index.js';
import { Desk } from './desk.js';

const recipe = fileURLToPath(new URL('../../recipes/mli.Inference.yaml', import.meta.url));
const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));
const title = library
  ? 'a clock that is set'
  : 'a clock that is set (skipped: needs libfaketime: apt-get install faketime)';
const daySeconds = 86_400;

let desk: Desk;
afterEach(() => desk.close());

describe.skipIf(library === undefined)(title, () => {
  it('forward and back by a day changes neither the tick nor the order of what is told', async () => {
    desk = await Desk.open('lite');
    const clock = path.join(desk.pictures, 'clock');
    // Read anew at each look at the clock; the monotonic clock is left alone, as the kernel does.
    const setClock = (offsetSeconds: number) => writeFile(clock, `+${offsetSeconds}`);
    await setClock(0);
    const source = { type: 'images', path: desk.pictures, intervalSeconds: 0.2 };
    const publish = { cloud: { mode: 'every' } };
    const { environment } = await desk.nucleus.addComponent({
      recipe,
      configuration: desk.configuration({ 'belt-1': { source, publish } }),
    });
    desk.spawn([], {
      ...environment,
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    });
    const captured = () => desk.results().map(({ frame }) => Date.parse(frame.capturedAt));
    const started = performance.now();
    await desk.moreResults(5);
    // What is told after each change waits for the cloud, and goes out in the order in which it was made.
    desk.nucleus.iotCore.setOnline(false);
    await setClock(daySeconds);
    await desk.until('the new time', () => (captured().at(-1) ?? 0) > Date.now() + (daySeconds / 2) * 1000);
    await desk.moreResults(5);
    await setClock(0);
    await desk.until('the old time', () => (captured().at(-1) ?? Infinity) < Date.now() + 60_000);
    await desk.moreResults(5);
    desk.nucleus.iotCore.setOnline(true);
    const told = desk.results().length;
    const elapsedSeconds = (performance.now() - started) / 1000;
    await desk.until('what waited', () => desk.cloud.length >= told);

    // A timer of the wall clock would have fired for a day at once, or slept through one.
    expect(told).toBeLessThanOrEqual(elapsedSeconds / 0.2 + 2);
    const frames = desk.results().map(({ frame }) => frame.id);
    expect(frames).toEqual(frames.map((_, index) => index + 1));
    const local = desk.results().map(({ id }) => id);
    const cloud = desk.cloud.map(({ message }) => (message as NativeResult).id);
    expect(cloud.slice(0, told)).toEqual(local.slice(0, told));
    const { timingsMs } = desk.results().at(-1) ?? {};
    for (const ms of Object.values(timingsMs ?? {})) expect(ms).toBeGreaterThanOrEqual(0);
    expect(desk.log).not.toMatch(/PROCESS_SILENT|PROCESS_HUNG|SOURCE_STALLED/);
  }, 90_000);
});
