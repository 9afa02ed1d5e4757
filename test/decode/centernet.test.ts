import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { imageSize } from 'image-size';
import { afterAll, describe, expect, it } from 'vitest';
import type { Prediction } from '../../src/types.js';
import { agreement, type ReferenceBox } from './agreement.js';
import { gotModel } from './got-model.js';
import { howToGetIt, streetVideo } from './street-video.js';
import { main, throughComponent } from './through-component.js';

interface Recorded {
  readonly frames: Readonly<Record<string, readonly ReferenceBox[]>>;
}

/** What the genuine model finds by itself, in TensorFlow.js; the file says how it was made. */
const { street, belt } = JSON.parse(
  readFileSync(new URL('centernet-detections.json', import.meta.url), 'utf8'),
) as { readonly street: Recorded; readonly belt: Recorded };
/** The recorded ones begin here; what is a little surer must be on both sides. */
const detect = { minConfidence: 0.3 };
const sure = 0.35;

const folder = mkdtempSync(path.join(tmpdir(), 'mli-centernet-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const got = await gotModel('coco-detector', path.join(folder, 'coco-detector'));
const model = got?.model ?? '';
if (streetVideo === undefined) console.log(`Skipped: CenterNet on a video needs ${howToGetIt}`);

/** How many of the sure boxes of either side the other one has. */
function compare(
  frames: readonly { readonly ours: readonly Prediction[]; readonly reference: readonly ReferenceBox[] }[],
  size: { readonly width: number; readonly height: number },
): { readonly boxes: number; readonly agreed: number } {
  const labels = readFileSync(path.join(model, 'labels.txt'), 'utf8').trim().split('\n');
  return agreement(frames, { ...size, labels, minOverlap: 0.95, sure });
}

describe.skipIf(got === undefined)('the COCO detector of the registry', () => {
  it('finds in pictures what the model itself finds in TensorFlow.js', { timeout: 60_000 }, async () => {
    const pictures = path.join(folder, 'pictures');
    mkdirSync(pictures);
    const names = Object.keys(belt.frames);
    const samples = fileURLToPath(new URL('../../samples/belt/', import.meta.url));
    for (const name of names) copyFileSync(path.join(samples, name), path.join(pictures, name));
    const source = { type: 'images', path: pictures, intervalSeconds: 0.1 };
    const ours = await throughComponent({ model, source, detect, count: names.length, folder });
    const frames = names.map((name, at) => ({ ours: ours[at] ?? [], reference: belt.frames[name] ?? [] }));
    const { boxes, agreed } = compare(frames, { width: 640, height: 480 });
    expect(boxes).toBeGreaterThanOrEqual(12);
    expect(agreed).toBe(boxes);
  });

  it.skipIf(streetVideo === undefined)(
    'finds on a street what the model itself finds in TensorFlow.js, on at least 99 % of the boxes',
    { timeout: 120_000 },
    async () => {
      const source = { type: 'video', path: streetVideo, pace: 'everyFrame', intervalSeconds: 0 };
      const numbers = Object.keys(street.frames).map(Number);
      const ours = await throughComponent({ model, source, detect, count: Math.max(...numbers), folder });
      const frames = numbers.map((number) => ({
        ours: ours[number - 1] ?? [],
        reference: street.frames[number] ?? [],
      }));
      const { boxes, agreed } = compare(frames, { width: 768, height: 576 });
      console.log(`${agreed} of ${boxes} boxes of ${numbers.length} frames agree at IoU 0.95`);
      expect(boxes).toBeGreaterThan(100);
      expect(agreed / boxes).toBeGreaterThanOrEqual(0.99);
    },
  );

  it.skipIf(streetVideo === undefined)(
    'is what the surveillance demo raises alarms by, and draws into the pictures that it keeps',
    { timeout: 120_000 },
    async () => {
      const out = path.join(folder, 'snapshots');
      mkdirSync(out);
      writeFileSync(path.join(out, 'earlier.jpg'), 'of an earlier run');
      const options = ['--model', model, '--video', streetVideo as string, '--out', out, '--seconds', '15'];
      const quiet = ['dashboard.enabled=false', 'pipelines.street.rules.0.when.dwell.seconds=1'];
      const set = quiet.flatMap((one) => ['--set', one]);
      const { stdout } = await promisify(execFile)(process.execPath, [
        main,
        'demo',
        'surveillance',
        ...options,
        ...set,
      ]);
      expect(stdout).toContain('site/alarm  alarm: a person stays');
      const pictures = readdirSync(out).filter((name) => name !== 'earlier.jpg');
      expect(pictures.length).toBeGreaterThan(0);
      expect(stdout).toContain(`\n${pictures.length} annotated pictures in ${out}`);
      const { width, height } = imageSize(readFileSync(path.join(out, pictures[0] as string)));
      expect([width, height]).toEqual([768, 576]);
    },
  );
});
