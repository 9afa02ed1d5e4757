import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkAccessControl, parseConfiguration, resolvePaths } from '../../src/config/index.js';
import { isEdgeError } from '../../src/errors/index.js';
import { damageDocument, fuzzRounds, random } from '../fuzz.js';

const rounds = fuzzRounds(1500);
const sample = (name: string) =>
  parse(readFileSync(new URL(`../../samples/${name}`, import.meta.url), 'utf8')) as object;

/** Touches every part of the document. */
const whole = {
  ...sample('belt.yaml'),
  pipelines: {
    'belt-1': {
      source: { type: 'images', path: './belt', intervalSeconds: 1 },
      model: 'waste-sorter',
      preprocess: { crop: 'center', region: [0, 0, 0.5, 0.5] },
      motion: {},
      rules: [
        {
          name: 'open',
          when: { all: [{ label: 'glass' }, { not: { label: ['paper'], dwell: { seconds: 2 } } }] },
          do: [
            { type: 'topic', topic: '{pipeline}/gate', message: { gate: 'open' }, failSafe: { do: 0 } },
            { type: 'http', url: 'http://127.0.0.1/', retries: 1 },
            { type: 'snapshot', folder: './pictures' },
          ],
        },
      ],
      publish: { local: { topic: 'a/{thingName}' }, cloud: null },
      feedback: { bucket: 'samples', strategy: 'MARGIN', threshold: 0.1, manifest: {} },
      drift: {},
    },
    pump: { source: { type: 'topic', topic: 'pump', fields: { a: 'b.c' } }, model: 'waste-sorter' },
  },
  dashboard: { enabled: true, port: 8080 },
  service: { http: { enabled: true }, ipc: { enabled: true } },
  spool: { results: { maxMegabytes: 16 } },
};

it('a damaged configuration is taken or refused with its problems, never worse', { timeout: 60_000 }, () => {
  const outcomes = { taken: 0, refused: 0 };
  for (let seed = 0; seed < rounds; seed++) {
    const document = damageDocument(whole, random(seed), 0.02);
    const started = performance.now();
    try {
      const configuration = resolvePaths(parseConfiguration(document, 'fuzz'), '/tmp');
      checkAccessControl(configuration, 'desk');
      outcomes.taken++;
    } catch (error) {
      expect(isEdgeError(error) && error.code, `seed ${seed}: ${String(error)}`).toBe('CONFIG_INVALID');
      outcomes.refused++;
    }
    // A pattern or a rule that explodes with its input would take minutes.
    expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000);
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(outcomes.taken).toBeGreaterThan(rounds / 50);
  expect(outcomes.refused).toBeGreaterThan(rounds / 4);
});
