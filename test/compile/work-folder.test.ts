import { chmod, chown, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeWorkFolder } from '../../src/compile/work-folder.js';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'mli-work-folder-'));
  vi.stubEnv('MLI_CACHE_DIR', cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

it('a compilation gets a folder of its own, and those that were left behind days ago go', async () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  for (const [name, hours] of [
    ['work-dead', 49],
    ['work-busy', 47],
  ] as const) {
    const folder = path.join(cache, 'compile', name);
    await mkdir(path.join(folder, 'within'), { recursive: true });
    await utimes(folder, hoursAgo(hours), hoursAgo(hours));
  }
  const made = await makeWorkFolder();
  expect((await readdir(path.join(cache, 'compile'))).sort()).toEqual(
    ['work-busy', path.basename(made)].sort(),
  );
});

it('a leftover that this user may not remove stays, and does not end the compilation', async () => {
  const folder = path.join(cache, 'compile', 'work-other');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'model'), '');
  await chmod(folder, 0o500); // nothing in it can be removed; root can, so root becomes somebody else for a while
  await utimes(folder, 0, 0);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    for (const own of [cache, path.dirname(folder)]) await chown(own, 65_534, 65_534);
    process.seteuid?.(65_534);
  }
  try {
    const made = await makeWorkFolder();
    expect((await readdir(path.dirname(folder))).sort()).toEqual(['work-other', path.basename(made)].sort());
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(folder, 0o700);
  }
});
