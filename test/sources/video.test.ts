import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoSource } from '../../src/config/source.js';
import { VideoSource } from '../../src/sources/video.js';

const never = new AbortController().signal;
let folder: string;
let video: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-video-'));
  video = path.join(folder, 'belt.avi');
  // 20 frames at 10 per second; MJPEG, so that every ffmpeg can write it.
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=2'];
  execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', ...input, '-c:v', 'mjpeg', '-y', video]);
});
afterAll(() => rm(folder, { recursive: true }));

const open = (options: object) =>
  new VideoSource(videoSource.parse({ type: 'video', path: video, ...options }));

async function drain(source: VideoSource): Promise<number> {
  let frames = 0;
  for (;;) {
    const frame = await source.next(never);
    if (!frame) return frames;
    expect([frame.width, frame.height, frame.picture.width]).toEqual([160, 120, 160]);
    frame.picture.release();
    frames++;
  }
}

describe('the video source', () => {
  it('gives each frame in turn with pace everyFrame, however slow the pipeline is', async () => {
    const source = open({ pace: 'everyFrame' });
    (await source.next(never))?.picture.release();
    await sleep(300);
    expect(await drain(source)).toBe(19);
    expect(source.counters).toMatchObject({ captured: 20, superseded: 0 });
    await source.stop();
  });

  it('plays in real time otherwise: the newest frame wins and the others are counted', async () => {
    const source = open({ intervalSeconds: 0 });
    (await source.next(never))?.picture.release();
    await sleep(700);
    await drain(source);
    const { captured, superseded } = source.counters;
    expect(captured + superseded).toBe(20);
    expect(superseded).toBeGreaterThan(2);
    await source.stop();
  });

  it('converts only as many frames as the ticks can look at', async () => {
    const source = open({ intervalSeconds: 1 });
    await drain(source);
    const { captured, superseded } = source.counters;
    expect(captured + superseded).toBeLessThanOrEqual(6);
    await source.stop();
  });

  it('ends its ffmpeg when it is stopped in the middle', async () => {
    const source = open({ loop: true });
    (await source.next(never))?.picture.release();
    await source.stop();
    const running = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(running).not.toContain(`file:${video}`);
  });

  it('says what is wrong with a file that is no video, at every try', async () => {
    const bad = path.join(folder, 'bad.mp4');
    await writeFile(bad, 'no video');
    for (const file of [bad, path.join(folder, 'missing.mp4')]) {
      const source = open({ path: file });
      await expect(source.next(never)).rejects.toMatchObject({
        code: 'VIDEO_UNREADABLE',
        details: { path: file },
      });
      await expect(source.next(never)).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
    }
  });
});
