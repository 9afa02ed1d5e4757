import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleInputSchema } from '../../src/config/sample-input.js';
import { sourceSchema } from '../../src/config/source.js';
import { createLogger } from '../../src/logger.js';
import { KeptWindow } from '../../src/pipeline/kept-window.js';
import { createWindowing } from '../../src/preprocess/index.js';
import { createSource } from '../../src/sources/index.js';
import type { SampleFrame } from '../../src/types.js';

const channels = ['motor vibration', 'temperature'];
const count = 5;

/** The first window of a recording. */
async function firstWindow(recording: string): Promise<SampleFrame> {
  const input = sampleInputSchema.parse({
    kind: 'samples',
    name: 'x',
    dtype: 'float32',
    channels,
    window: { samples: count, hop: count },
    shape: [1, count, channels.length],
    mean: [0, 0],
    std: [1, 1],
  });
  const source = createSource(
    sourceSchema.parse({ type: 'csv', path: recording, timeField: 'time', speed: 0 }),
    {
      minWidth: 0,
      minHeight: 0,
      logger: createLogger({ name: 'test', level: 'silent' }),
      windowing: createWindowing(input),
    },
  );
  const frame = await source.next(new AbortController().signal);
  await source.stop();
  if (frame?.kind !== 'samples') throw new Error('The recording gave no window');
  return frame;
}

describe('a window that is kept', () => {
  it('becomes CSV that a source of type csv reads as the same window, to the last bit of its values', async () => {
    const frame: SampleFrame = {
      kind: 'samples',
      id: 1,
      capturedAt: new Date(),
      from: new Date(1_767_225_600_000),
      to: new Date(1_767_225_600_200),
      channels,
      count,
      timesMs: Float64Array.from({ length: count }, (_, row) => 1_767_225_600_000 + row * 0.25),
      samples: Float64Array.of(0.1 + 0.2, -41, 1e-9, 1 / 3, 12345678.9, 0, -0.5, 1e21, 2, 3),
      filled: 0,
    };
    const folder = await mkdtemp(path.join(tmpdir(), 'mli-window-'));
    try {
      const recording = path.join(folder, 'window.csv');
      await writeFile(recording, new KeptWindow(frame).csv());
      const { samples, timesMs } = await firstWindow(recording);
      expect(samples).toEqual(frame.samples);
      for (const [row, timeMs] of timesMs.entries()) expect(timeMs).toBeCloseTo(frame.timesMs[row] ?? NaN, 3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
