import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CASES } from '../../bench/cases.mjs';
import { readOptions } from '../../bench/options.mjs';

const file = (name: string) => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
const bench = (...args: string[]) =>
  spawnSync(process.execPath, [file('main.mjs'), ...args], { encoding: 'utf8' });
const names = CASES.map(({ name }) => name);

describe('npm run bench', () => {
  it('refuses an unknown case with exit code 2 and names those that there are', () => {
    const { status, stdout, stderr } = bench('--case', 'pipeline,speed');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('“speed”');
    for (const name of names) expect(stderr).toContain(name);
  });

  it('explains its options and cases', () => {
    const { status, stdout } = bench('--help');
    expect(status).toBe(0);
    for (const word of ['--case', '--json', '--seconds', ...names]) expect(stdout).toContain(word);
  });

  it('prints nothing but a JSON array of rows with --json', () => {
    const { status, stdout, stderr } = bench('--case', 'tick', '--seconds', '2', '--json');
    expect(stderr).toMatch(/Node \d+.*OpenCV \d+.*libdlr \d+/);
    expect(status).toBe(0);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual([
        'case',
        'subject',
        'peer',
        'unit',
        'median',
        'p95',
        'peerMedian',
        'ratio',
      ]);
      expect(row).toMatchObject({ case: 'tick', unit: 'ms' });
    }
  });
});

describe('the options', () => {
  it('take every case by default, and named ones in their usual order', () => {
    expect(readOptions([]).cases.map(({ name }) => name)).toEqual(names);
    const options = readOptions(['--case', 'tick,memory', '--case', 'pipeline']);
    expect(options.cases.map(({ name }) => name)).toEqual(['pipeline', 'memory', 'tick']);
  });

  it.each(['1', '2.5', 'ten'])('refuse --seconds %s', (seconds) => {
    expect(() => readOptions(['--seconds', seconds])).toThrow(/whole number of at least 2/);
  });
});

it.each(names)('the case %s has its file', (name) => {
  expect(existsSync(file(`cases/${name}.mjs`))).toBe(true);
});
