import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { cameraSource } from '../../src/config/camera.js';
import { createLogger } from '../../src/logger.js';
import { createSource, type FrameSource } from '../../src/sources/index.js';
import { JpegFrames } from '../../src/sources/stream/jpeg-frames.js';
import { RawFrames } from '../../src/sources/stream/raw-frames.js';
import { findDevice } from '../../src/sources/video4linux.js';
import { jpeg } from './pictures.js';
import { rtspServerLacks } from './rtsp-server.js';

const never = new AbortController().signal;
const logger = createLogger({ name: 'test', level: 'silent' });
const folder = mkdtempSync(path.join(tmpdir(), 'mli-camera-'));
const open: FrameSource[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});
afterAll(() => rm(folder, { recursive: true }));

function camera(options: object): FrameSource {
  const config = cameraSource.parse({ type: 'camera', ...options });
  const made = createSource(config, { minWidth: 32, minHeight: 32, logger });
  open.push(made);
  return made;
}
async function size(from: FrameSource): Promise<[number, number] | undefined> {
  const frame = await from.next(never);
  if (!frame || !('picture' in frame)) return undefined;
  frame.picture.release();
  return [frame.width, frame.height];
}
const pattern = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];

describe('a camera by a program', () => {
  it('by ffmpeg, whose log gives the size', { timeout: 30_000 }, async () => {
    expect(await size(camera({ command: { preset: 'ffmpeg', arguments: pattern } }))).toEqual([160, 120]);
    const scaled = camera({ command: { preset: 'ffmpeg', arguments: pattern }, width: 80, height: 60 });
    expect(await size(scaled)).toEqual([80, 60]);
  });

  it.skipIf(rtspServerLacks())('by gst-launch', { timeout: 30_000 }, async () => {
    const command = { preset: 'gst-launch', arguments: ['videotestsrc', 'is-live=true'] };
    expect(await size(camera({ command, width: 90, height: 50, framesPerSecond: 10 }))).toEqual([90, 50]);
  });

  it(
    'by rpicam-vid, here a script of that name that writes what it writes: JPEGs',
    { timeout: 30_000 },
    async () => {
      const picture = path.join(folder, 'frame.jpg');
      writeFileSync(picture, jpeg(64, 48, [1, 2, 3]));
      const script = `#!/bin/sh\necho "$@" > ${folder}/arguments\nwhile cat ${picture}; do sleep 0.1; done\n`;
      writeFileSync(path.join(folder, 'rpicam-vid'), script);
      chmodSync(path.join(folder, 'rpicam-vid'), 0o755);
      const before = process.env['PATH'];
      process.env['PATH'] = `${folder}:${before ?? ''}`;
      try {
        expect(await size(camera({ command: { preset: 'rpicam-vid' }, width: 64 }))).toEqual([64, 48]);
      } finally {
        process.env['PATH'] = before;
      }
    },
  );

  it('by any program that writes raw pixels', { timeout: 30_000 }, async () => {
    const argv = ['sh', '-c', 'while head -c 9216 /dev/zero; do sleep 0.1; done'];
    expect(await size(camera({ command: { argv, output: 'bgr24' }, width: 64, height: 48 }))).toEqual([
      64, 48,
    ]);
  });

  it(
    'says why there is none: not installed, or ended, and starts it again',
    { timeout: 30_000 },
    async () => {
      const missing = camera({ command: { argv: ['no-such-program'], output: 'mjpeg' } });
      await expect(missing.next(never)).rejects.toMatchObject({ code: 'CAMERA_PROGRAM_NOT_FOUND' });
      const failing = camera({
        command: { argv: ['sh', '-c', 'echo the sensor is busy >&2; exit 3'], output: 'mjpeg' },
      });
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(failing.next(never)).rejects.toThrow('the sensor is busy');
        await failing.stop();
      }
      expect(failing.counters.reopened).toBe(1);
    },
  );
});

describe('a Video4Linux camera', () => {
  it('that is not there is named, and looked for again', async () => {
    for (const device of [63, '/dev/v4l/by-id/usb-none-video-index0']) {
      const source = camera({ device });
      await expect(source.next(never)).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' });
      await expect(source.next(never)).rejects.toThrow('there is no such device at the moment');
      expect(source.counters.reopened).toBe(1);
    }
    await expect(findDevice('/dev/null')).rejects.toThrow('no video device');
    await expect(findDevice('/dev/fd')).rejects.toThrow('it is no device');
  });

  it('needs a device or a command, and the size of raw pixels', () => {
    const problem = (options: object) =>
      cameraSource.safeParse({ type: 'camera', ...options }).error?.issues[0]?.message;
    expect(problem({})).toContain('either device or command');
    expect(problem({ command: { argv: ['x'], output: 'bgr24' } })).toContain('must have width and height');
    expect(problem({ device: '/etc/passwd' })).toBeDefined();
  });
});

describe('a stream of JPEGs', () => {
  const [a, b] = [jpeg(40, 30, [255, 0, 0]), jpeg(50, 40, [0, 255, 0])];
  /** A thumbnail in an APP1 segment, with markers of its own. */
  const withThumbnail = Buffer.concat([
    a.subarray(0, 2),
    Buffer.from([0xff, 0xe1, (b.length + 2) >> 8, (b.length + 2) & 255]),
    b,
    a.subarray(2),
  ]);

  it.each([1, 7, 100_000])('is cut into pictures, however it arrives (%i bytes at a time)', (bytes) => {
    const found: Buffer[] = [];
    const frames = new JpegFrames((picture) => found.push(picture));
    const stream = Buffer.concat([Buffer.from('junk'), a, withThumbnail, Buffer.from([0xff]), b]);
    for (let at = 0; at < stream.length; at += bytes) frames.push(stream.subarray(at, at + bytes));
    expect(found.map((picture) => picture.length)).toEqual([a.length, withThumbnail.length, b.length]);
    expect(found[1]?.equals(withThumbnail)).toBe(true);
    expect(frames.skippedBytes).toBe(5);
  });
});

it('raw pixels lose the padding of their rows', () => {
  const found: Buffer[] = [];
  const frames = new RawFrames((bgr) => found.push(bgr), { width: 1, height: 2, rowAlignment: 4 });
  frames.push(Buffer.from([1, 2, 3, 0, 4, 5]));
  frames.push(Buffer.from([6, 0, 7]));
  expect(found).toEqual([Buffer.from([1, 2, 3, 4, 5, 6])]);
});
