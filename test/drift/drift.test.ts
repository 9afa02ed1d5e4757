import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driftSchema } from '../../src/config/drift.js';
import { DriftMonitor, referenceFile, type DriftReport } from '../../src/drift/index.js';
import { kolmogorovSmirnov, kolmogorovTail } from '../../src/drift/kolmogorov-smirnov.js';
import { populationStability } from '../../src/drift/population-stability.js';
import { createLogger } from '../../src/logger.js';

const logger = createLogger({ name: 'test', level: 'silent' });

describe('the measures', () => {
  // The same sequences in Python: [((i*37)%101)/101 for i in range(1, 90)] and [(((i*53)%97)/97)**1.5 for i in range(1, 70)].
  const a = Array.from({ length: 89 }, (_, i) => (((i + 1) * 37) % 101) / 101);
  const b = Array.from({ length: 69 }, (_, i) => ((((i + 1) * 53) % 97) / 97) ** 1.5);

  it('Kolmogorov-Smirnov gives the distances of scipy.stats.ks_2samp, and probabilities near its own', () => {
    const near = kolmogorovSmirnov(a, b);
    expect(near.distance).toBeCloseTo(0.17961244097052598, 12);
    expect(Math.abs(near.probability - 0.1396584420612322)).toBeLessThan(0.015);
    const far = kolmogorovSmirnov(
      a,
      a.map((value) => value * 0.6),
    );
    expect(far.distance).toBeCloseTo(0.39325842696629215, 12);
    expect(far.probability).toBeLessThan(1e-5);
    expect(kolmogorovSmirnov(a, a)).toEqual({ distance: 0, probability: 1 });
  });

  it.each([
    [0.2, 0.999999999999495],
    [0.5, 0.9639452436648751],
    [0.8, 0.5441424115741981],
    [1, 0.26999967167735456],
    [1.36, 0.049485876755377876],
    [2, 0.0006709252557796953],
  ])('the tail of the Kolmogorov distribution at %d is that of scipy.stats.kstwobign', (x, expected) => {
    expect(kolmogorovTail(x)).toBeCloseTo(expected, 6);
  });

  it('the population stability index is the symmetric divergence that scipy.stats.entropy gives', () => {
    const counts = (...values: number[]) =>
      new Map(values.map((value, index) => [`label ${index}`, value] as const).filter(([, n]) => n > 0));
    expect(populationStability(counts(50, 30, 20), counts(20, 30, 50))).toBeCloseTo(0.532935044415932, 12);
    expect(populationStability(counts(60, 40, 0), counts(10, 40, 50))).toBeCloseTo(3.136152031879102, 12);
    expect(populationStability(counts(5, 3), counts(5, 3))).toBe(0);
  });
});

describe('the monitor', () => {
  let folder: string;
  let reports: DriftReport[];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-drift-'));
    reports = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const config = driftSchema.parse({ reference: { samples: 100 }, windowSamples: 50, intervalSeconds: 1 });
  function monitor(more: object = {}): DriftMonitor {
    let nowMs = 0;
    return new DriftMonitor({
      config: driftSchema.parse({ ...config, ...more }),
      file: referenceFile(folder, 'belt-1'),
      onReport: (report) => reports.push(report),
      logger,
      now: () => (nowMs += 1000),
    });
  }
  const feed = async (to: DriftMonitor, count: number, shift = 0, digest = 'a') => {
    for (let index = 0; index < count; index++) {
      const label = index % 4 < 2 + shift * 2 ? 'glass' : 'metal';
      await to.observe(digest, { label, confidence: 0.9 - 0.4 * shift - (index % 10) / 100 });
    }
  };

  it('reports nothing unusual while the results are as they were', async () => {
    const to = monitor();
    await feed(to, 200);
    expect(reports.at(-1)).toMatchObject({ alarm: false, samples: 50, referenceSamples: 100 });
    expect(reports.at(-1)?.labels).toBeLessThan(0.05);
  });

  it('raises the alarm at a change, holds it until it is clearly over, and ends it', async () => {
    const to = monitor();
    await feed(to, 200);
    await feed(to, 50, 1);
    expect(reports.at(-1)).toMatchObject({ alarm: true, confidence: { distance: 1 } });
    expect(reports.at(-1)?.labels).toBeGreaterThan(0.25);
    await feed(to, 60);
    expect(reports.at(-1)?.alarm).toBe(false);
    // Once up, once down: no flicker on the way.
    const changes = reports.filter((report, index) => report.alarm !== (reports[index - 1]?.alarm ?? false));
    expect(changes.map(({ alarm }) => alarm)).toEqual([true, false]);
  });

  it('goes on with the reference on the disk after a restart, and makes another for another model or name', async () => {
    await feed(monitor(), 100);
    const again = monitor();
    await feed(again, 50, 1);
    expect(reports.at(-1)?.alarm).toBe(true);
    reports = [];
    await feed(monitor(), 60, 1, 'another');
    await feed(monitor({ reference: { samples: 100, name: 'moved' } }), 60, 1);
    expect(reports).toEqual([]);
  });

  it('keeps a damaged reference, or one of another version, aside and makes it anew', async () => {
    const file = path.join(folder, 'drift-belt-1.json');
    for (const text of ['{"version":2}', '{', '']) {
      await writeFile(file, text);
      await feed(monitor(), 100);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, digest: 'a' });
      await rm(file);
    }
  });

  it('goes on without the disk', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const to = new DriftMonitor({
      config,
      file: referenceFile(path.join(folder, 'file'), 'belt-1'),
      onReport: (report) => reports.push(report),
      logger,
    });
    await feed(to, 150);
    expect(reports).toHaveLength(1);
  });
});
