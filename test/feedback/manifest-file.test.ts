import { appendFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { feedbackSchema } from '../../src/config/feedback.js';
import { ManifestFile } from '../../src/feedback/manifest-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

const target = { pipeline: 'belt-1', bucket: 'samples', prefix: 'a/', everySeconds: 3600, maxSamples: 2 };
const line = (n: number) => JSON.stringify({ 'source-ref': `s3://samples/${n}.jpg` });

it('a manifest loses no line to one that a full disk cut off', async () => {
  const manifest = await ManifestFile.create(folder, target);
  await manifest.add(line(1));
  const [name = ''] = await readdir(folder);
  const file = path.join(folder, name);
  // The disk takes a part of the line, and then no more.
  await rename(file, `${file}.aside`);
  await mkdir(file);
  await expect(manifest.add(line(2))).rejects.toThrow();
  await rm(file, { recursive: true });
  await rename(`${file}.aside`, file);
  await appendFile(file, line(2).slice(0, 12));
  await manifest.add(line(3));
  expect(await manifest.read()).toBe(`${line(1)}\n${line(3)}\n`);
});

it('a manifest of an earlier life is due by what is left of its time, and never later than a new one', async () => {
  const manifest = await ManifestFile.create(folder, { ...target, everySeconds: 0 });
  expect(manifest.isDue).toBe(true);
  const [name = ''] = await readdir(folder);
  expect((await ManifestFile.open(path.join(folder, name)))?.isDue).toBe(true);
  const open = await ManifestFile.create(folder, target);
  expect(open.isDue).toBe(false);
  await open.add(line(1));
  await open.add(line(2));
  expect(open.isDue).toBe(true);
});

it('a manifest with much in few lines is due by its size, in its next life too', async () => {
  const manifest = await ManifestFile.create(folder, { ...target, maxSamples: 100 });
  const [name = ''] = await readdir(folder);
  const wide = JSON.stringify({ 'source-ref': 'x'.repeat(3_000_000) });
  await manifest.add(wide);
  await manifest.add(wide);
  expect(manifest.isDue).toBe(false);
  const again = await ManifestFile.open(path.join(folder, name));
  expect(again?.isDue).toBe(false);
  await again?.add(wide);
  expect(again?.isDue).toBe(true);
});

it('the name of the labels is not one that a line has already', () => {
  const named = (labelAttribute: string) =>
    feedbackSchema.safeParse({ bucket: 'samples', manifest: { labelAttribute } });
  expect(named('parts').success).toBe(true);
  for (const name of ['source-ref', 'metadata', 'a b', '-a'])
    expect(named(name).error?.issues[0]?.path).toEqual(['manifest', 'labelAttribute']);
});
