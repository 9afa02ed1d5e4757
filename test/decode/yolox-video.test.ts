import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { testData } from '../data.js';
import { agreement, type ReferenceBox } from './agreement.js';
import { gotModel } from './got-model.js';
import { howToGetIt, streetVideo } from './street-video.js';
import { throughComponent } from './through-component.js';

/** MLI_TEST_FRAMES names more of its 795 frames. */
const frames = Number(process.env['MLI_TEST_FRAMES'] ?? 40);
const data = testData('detection');
const lacks = [
  ...(data === undefined ? ['MLI_TEST_DATA'] : []),
  ...(streetVideo === undefined ? [howToGetIt] : []),
];
if (lacks.length > 0) console.log(`Skipped: detection on a video needs ${lacks.join(' and ')}`);

const folder = mkdtempSync(path.join(tmpdir(), 'mli-yolox-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const got =
  data === undefined || streetVideo === undefined
    ? undefined
    : await gotModel('yolox-nano', path.join(folder, 'yolox'), path.join(data, 'yolox_nano.onnx'));

it.skipIf(got === undefined)(
  "detection through the component agrees with YOLOX's own decoding on at least 99 % of the boxes",
  { timeout: 1_800_000 },
  async () => {
    const { model, python } = got as NonNullable<typeof got>;
    const video = streetVideo as string;
    const script = fileURLToPath(new URL('yolox_reference.py', import.meta.url));
    const onnx = path.join(model, 'onnx/model.onnx');
    const { stdout } = await promisify(execFile)(python, [script, onnx, video, String(frames)], {
      maxBuffer: 1e9,
    });
    const reference = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReferenceBox[]);
    const source = { type: 'video', path: video, pace: 'everyFrame', intervalSeconds: 0 };
    const ours = await throughComponent({ model, source, count: reference.length, folder });
    const labels = (await readFile(path.join(model, 'labels.txt'), 'utf8')).trim().split('\n');
    const about = { labels, width: 768, height: 576, minOverlap: 0.95 };
    const { boxes, agreed } = agreement(
      reference.map((found, at) => ({ ours: ours[at] ?? [], reference: found })),
      about,
    );
    console.log(`${agreed} of ${boxes} boxes of ${reference.length} frames agree at IoU 0.95`);
    expect(boxes).toBeGreaterThan(reference.length);
    expect(agreed / boxes).toBeGreaterThanOrEqual(0.99);
  },
);
