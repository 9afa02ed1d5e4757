import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { detectorPackage } from '../../src/cli/surveillance/detector.js';
import type { Prediction } from '../../src/types.js';
import { testData } from '../data.js';
import { pythonWith } from '../python-environment.js';
import { agreement, type ReferenceBox } from './agreement.js';

/** MLI_TEST_VIDEO names another place of vtest.avi; MLI_TEST_FRAMES more of its 795 frames. */
const video = process.env['MLI_TEST_VIDEO'] ?? path.join(homedir(), '.cache/greengrass-mli/street/vtest.avi');
const frames = Number(process.env['MLI_TEST_FRAMES'] ?? 40);
const data = testData('detection');
const lacks = [
  ...(data === undefined ? ['MLI_TEST_DATA'] : []),
  ...(existsSync(video)
    ? []
    : [`the street video: "mli demo surveillance" gets it, or MLI_TEST_VIDEO names it`]),
];
const python = lacks.length > 0 ? undefined : await pythonWith(onnxRuntime());
if (lacks.length > 0) console.log(`Skipped: detection on a video needs ${lacks.join(' and ')}`);

function onnxRuntime() {
  const requirement = 'onnxruntime==1.23.2';
  return {
    name: 'onnxruntime',
    requirement,
    probe: ['-c', 'import onnxruntime; print(onnxruntime.__version__)'],
  };
}

const folder = mkdtempSync(path.join(tmpdir(), 'mli-yolox-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

it.skipIf(python === undefined)(
  "detection through the component agrees with YOLOX's own decoding on at least 99 % of the boxes",
  { timeout: 1_800_000 },
  async () => {
    const model = path.join(folder, 'yolox');
    await detectorPackage(path.join(data as string, 'yolox_nano.onnx'), model);
    const script = fileURLToPath(new URL('yolox_reference.py', import.meta.url));
    const onnx = path.join(model, 'onnx/model.onnx');
    const { stdout } = await promisify(execFile)(python as string, [script, onnx, video, String(frames)], {
      maxBuffer: 1e9,
    });
    const reference = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReferenceBox[]);
    const ours = await throughComponent(model, reference.length);
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

/** The predictions of the first frames, as `mli run` publishes them. */
async function throughComponent(model: string, count: number): Promise<Prediction[][]> {
  const configuration = {
    models: { yolox: { source: { type: 'package', path: model }, allowUnpinned: true } },
    pipelines: {
      street: {
        source: { type: 'video', path: video, pace: 'everyFrame', intervalSeconds: 0 },
        model: 'yolox',
        publish: { local: { topic: 'street' }, cloud: null },
      },
    },
  };
  const file = path.join(folder, 'street.json');
  await writeFile(file, JSON.stringify(configuration));
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const component = spawn(process.execPath, [main, 'run', '--no-nucleus', '--config', file], {
    env: { ...process.env, MLI_STATE_DIR: path.join(folder, 'state'), MLI_WORK: path.join(folder, 'work') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found: Prediction[][] = [];
  try {
    for await (const line of createInterface(component.stdout)) {
      const { topic, message } = JSON.parse(line) as { topic: string; message: unknown };
      if (topic !== 'street') continue;
      const result = message as { frame: { id: number }; predictions: Prediction[] };
      found[result.frame.id - 1] = result.predictions;
      if (result.frame.id >= count) break;
    }
  } finally {
    component.kill();
  }
  return found;
}
