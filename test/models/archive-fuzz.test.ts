import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpack } from '../../src/models/archive/index.js';
import { isEdgeError } from '../../src/errors/index.js';
import { damage, fuzzRounds, random } from '../fuzz.js';
import { paxName, tar, tarGz } from './tarball.js';
import { zip } from './zipfile.js';

const rounds = fuzzRounds(250);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

const entries = [
  { name: 'model.json', content: '{"a":1}'.repeat(200) },
  { name: 'dlr/', type: '5' },
  paxName(`dlr/${'n'.repeat(120)}.so`),
  { name: 'x', content: Buffer.alloc(3000, 'so') },
  { name: 'labels.txt', content: 'glass\npaper\n' },
];
const seeds: Readonly<Record<string, (next: () => number) => Buffer>> = {
  'gzip stream': (next) => damage(tarGz(entries), next),
  'tar headers': (next) => gzipSync(damage(tar(entries), next)),
  zip: (next) =>
    damage(
      zip([
        { name: 'model.json', content: '{"a":1}'.repeat(200) },
        { name: 'dlr/', content: '' },
        { name: 'dlr/compiled.so', content: Buffer.alloc(3000, 'so') },
      ]),
      next,
    ),
};

it.each(Object.keys(seeds))(
  'a damaged %s is unpacked inside its folder or refused with a code, never worse',
  { timeout: 120_000 },
  async (kind) => {
    const outcomes = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const bytes = seeds[kind]?.(random(round)) ?? Buffer.alloc(0);
      const archive = path.join(folder, 'archive');
      const target = path.join(folder, 'inner');
      await writeFile(archive, bytes);
      const outcome = await unpack(archive, target).then(
        () => 'unpacked',
        (error: unknown) => {
          expect(isEdgeError(error), `round ${round}: ${String(error)}`).toBe(true);
          return (error as { code: string }).code;
        },
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // Nothing beside the archive and its new folder, and that only when all is well.
      expect((await readdir(folder)).sort(), `round ${round}`).toEqual(
        outcome === 'unpacked' ? ['archive', 'inner'] : ['archive'],
      );
      await rm(target, { recursive: true, force: true });
    }
    expect(outcomes.get('MODEL_ARCHIVE_INVALID') ?? 0).toBeGreaterThan(rounds / 10);
  },
);
