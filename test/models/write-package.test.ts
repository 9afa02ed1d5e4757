import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFolder } from '../../src/models/write-package.js';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'mli-write-package-'));
  folder = path.join(parent, 'model');
  await mkdir(folder);
  await writeFile(path.join(folder, 'model.json'), 'earlier');
});
afterEach(() => rm(parent, { recursive: true }));

const manifest = () => readFile(path.join(folder, 'model.json'), 'utf8');
const write = (fresh: string) => writeFile(path.join(fresh, 'model.json'), 'new');

describe('a package that takes the place of an earlier one', () => {
  it('leaves nothing of it behind', async () => {
    await replaceFolder(folder, write);
    expect(await manifest()).toBe('new');
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('is put where there is none, too', async () => {
    await rm(folder, { recursive: true });
    await replaceFolder(folder, write);
    expect(await manifest()).toBe('new');
  });

  it('leaves it as it is where it cannot be put there', async () => {
    // Somebody removes what was made, so that it cannot be renamed.
    await expect(replaceFolder(folder, (fresh) => rm(fresh, { recursive: true }))).rejects.toThrow('ENOENT');
    expect(await manifest()).toBe('earlier');
    expect(await readdir(parent)).toEqual(['model']);
  });
});
