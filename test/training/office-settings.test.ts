import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createDecoder, type FrameContext } from '../../src/decode/index.js';
import type { Manifest } from '../../src/models/index.js';
import { beginnings, judge, knownAt } from '../../training/anomaly/episodes.mjs';
import { nabScore } from '../../training/anomaly/nab-score.mjs';
import office from '../../training/anomaly/office-temperature.mjs';
import { normalShare, simulateRoom } from '../../training/anomaly/office-room.mjs';

const hourMs = 3_600_000;
const json = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'));

describe('a simulated room', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(simulateRoom(7)).toEqual(simulateRoom(7));
    expect(simulateRoom(7).rows).not.toEqual(simulateRoom(8).rows);
  });

  it('has two faults of different kinds after its normal part, more than a week apart, and hours that are missing', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { rows, faults } = simulateRoom(seed);
      expect(faults).toHaveLength(2);
      expect(faults[0]?.kind).not.toBe(faults[1]?.kind);
      expect(faults[0]?.fromMs).toBeGreaterThan(rows[Math.floor(normalShare * rows.length)]?.timeMs ?? NaN);
      expect((faults[1]?.fromMs ?? 0) - (faults[0]?.toMs ?? 0)).toBeGreaterThan(168 * hourMs);
      const steps = rows.slice(1).map(({ timeMs }, index) => timeMs - (rows[index]?.timeMs ?? 0));
      expect(Math.min(...steps)).toBe(hourMs);
      expect(Math.max(...steps)).toBeGreaterThan(hourMs);
    }
  });

  it('repeats one reading while its sensor is stuck, and at no other time', () => {
    const room = [...Array(40).keys()].map(simulateRoom).find(({ faults }) => faults[0]?.kind === 'stuck');
    const { fromMs = NaN, toMs = NaN } = room?.faults[0] ?? {};
    const values = (from: number, to: number) =>
      new Set(room?.rows.filter(({ timeMs }) => timeMs >= from && timeMs < to).map(({ value }) => value));
    expect(values(fromMs, toMs).size).toBe(1);
    expect(values(toMs, toMs + 72 * hourMs).size).toBeGreaterThan(30);
  });
});

describe('episodes', () => {
  it('begin where the decoder of the component goes over to anomalous', () => {
    const spec = { threshold: 2, clearThreshold: 1.5, raiseAfter: 2, clearAfter: 3 };
    const scores = Array.from({ length: 2000 }, (_, n) => 1.8 + Math.sin(n * n * 0.7) * 1.2);
    const decoder = createDecoder(
      { type: 'anomaly', ...spec },
      { model: '', labels: [], input: { width: 0, height: 0 } },
    );
    const anomalous = scores.map(
      (score) =>
        decoder.decode([{ dtype: 'float32', shape: [1], data: [score] as never }], {} as FrameContext)[0]
          ?.label === 'anomaly',
    );
    const expected = anomalous.flatMap((now, index) => (now && !anomalous[index - 1] ? [index] : []));
    expect(expected.length).toBeGreaterThan(20);
    expect(beginnings(scores, spec)).toEqual(expected);
  });

  it('count for the range in which they begin, once, and as false alarms outside', () => {
    const ranges = [
      [10, 20],
      [50, 60],
    ];
    expect(judge([9, 10, 20, 21], ranges)).toEqual({ found: 1, falseAlarms: 2 });
  });

  it('are known with the first reading after a gap, where they begin in it', () => {
    expect([3, 4, 5, 9].map((time) => knownAt([1, 2, 3, 9, 10], time))).toEqual([3, 9, 9, 9]);
  });
});

describe("NAB's score of a file", () => {
  const times = Array.from({ length: 1000 }, (_, n) => n * hourMs);
  const score = (rows: number[]) =>
    nabScore(
      times,
      [[600 * hourMs, 699 * hourMs]],
      rows.map((row) => row * hourMs),
    );

  it('is 100 for the first row of each window, 0 for nothing, and counts nothing in the probation', () => {
    expect(score([600, 650])).toBe(100);
    expect(score([])).toBe(0);
    expect(score([149])).toBe(0);
  });

  it('takes 0.11 for a false alarm before all windows, and less for one that comes soon after one', () => {
    // Of the two units between nothing and all.
    expect(score([600, 150])).toBe(94.5);
    // (2 / (1 + exp(5 * 20 / 99)) - 1) * 0.11 = -0.0513
    expect(score([600, 719])).toBe(97.4);
    // In the middle of the window: (2 / (1 + exp(-5 * 50 / 100)) - 1) / 0.98661 = 0.8598
    expect(score([650])).toBe(93);
  });
});

describe('the office model', () => {
  it('has the settings that the search has chosen, in its description and in the package', async () => {
    const { chosen } = (await json('training/results/office-settings.json')) as {
      chosen: { settings: Record<string, number | null> };
    };
    const { maxGapHours, medianOf, margin, clearRatio, raiseAfter, clearAfter } = chosen.settings;
    const window = { maxGapSeconds: (maxGapHours ?? NaN) * 3600 };
    const settings = { fit: { margin, clearRatio }, decoder: { raiseAfter, clearAfter } };
    expect(office).toMatchObject({ window, ...settings });
    expect('medianOf' in office ? office.medianOf : null).toBe(medianOf);
    const { input, fit, decoder } = (await json('models/office-temperature/model.json')) as Manifest;
    const { channels, features } = office;
    const inputOfIt = { kind: 'samples', channels, window, features, ...(medianOf !== null && { medianOf }) };
    expect({ input, fit, decoder }).toMatchObject({ input: inputOfIt, ...settings });
  });
});
