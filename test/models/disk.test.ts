import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, bundleTarGz, sha256, writeBundle } from './bundle.js';
import { model, RepositoryDesk } from './repository-desk.js';

const run = promisify(execFile);
let desk: RepositoryDesk;
let mounted: boolean;

/** A disk of 50 MB, of which 32 are left to the rest of the device. */
beforeEach(async () => {
  desk = await RepositoryDesk.open();
  await mkdir(desk.cache);
  mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=50m', 'tmpfs', desk.cache]).then(
    () => true,
    () => false,
  );
});
afterEach(async () => {
  if (mounted) await run('umount', ['--lazy', desk.cache]);
  await desk.close();
});

describe('on a disk that is too full', () => {
  beforeEach((context) => {
    if (!mounted) context.skip('this test needs the right to mount a tmpfs');
  });

  it('an archive is refused before it is written, with the figures, and the model before it stays', async () => {
    const [small, large] = [bundle('1.0.0'), bundle('2.0.0', randomBytes(30_000_000))];
    const config = (name: string, archive: Buffer) =>
      model({ type: 'file', path: desk.path(name), sha256: sha256(archive) });
    const archives = { small: bundleTarGz(small), large: bundleTarGz(large) };
    await writeFile(desk.path('small'), archives.small);
    await writeFile(desk.path('large'), archives.large);
    const repository = desk.repository();
    await repository.resolve('sorter', config('small', archives.small));
    await expect(repository.resolve('sorter', config('large', archives.large))).rejects.toMatchObject({
      code: 'MODEL_DISK_FULL',
      message: expect.stringMatching(/needs \d+ MB, \d+ MB are free/) as unknown,
    });
    await expect(repository.resolve('sorter', config('small', archives.small))).resolves.toMatchObject({
      sha256: small.digest,
    });
    for (const left of ['work', 'downloads']) expect(await readdir(`${desk.cache}/${left}`)).toEqual([]);
  });

  it('room is made by models that are not used', { timeout: 60_000 }, async () => {
    const made = [1, 2, 3, 4].map((n) => bundle(`${n}.0.0`, randomBytes(4_000_000)));
    for (const [index, one] of made.entries()) {
      const archive = bundleTarGz(one);
      await writeFile(desk.path('model'), archive);
      // A process each, so that none counts as in use.
      await desk
        .repository()
        .resolve(
          `sorter-${index}`,
          model({ type: 'file', path: desk.path('model'), sha256: sha256(archive) }),
        );
    }
    expect((await readdir(`${desk.cache}/packages`)).includes(made[3]?.digest ?? '')).toBe(true);
    expect((await readdir(`${desk.cache}/packages`)).length).toBeLessThan(4);
  });

  it('a package that is on the device is used where it is', async () => {
    const large = bundle('2.0.0', randomBytes(30_000_000));
    await writeBundle(desk.path('package'), large);
    const { folder } = await desk
      .repository()
      .resolve('sorter', model({ type: 'package', path: desk.path('package'), sha256: large.digest }));
    expect(folder).toBe(desk.path('package'));
    expect(desk.log.some(({ msg }) => /without a copy/.test(String(msg)))).toBe(true);
  });
});

it('a cache that cannot be written serves what is in it', async (context) => {
  if (!mounted) return context.skip('this test needs the right to mount a tmpfs');
  const one = bundle('1.0.0');
  await writeBundle(desk.path('package'), one);
  const config = model({ type: 'package', path: desk.path('package'), sha256: one.digest });
  await desk.repository().resolve('sorter', config);
  await run('mount', ['-o', 'remount,ro', desk.cache]);
  try {
    await expect(desk.repository().resolve('sorter', config)).resolves.toMatchObject({ sha256: one.digest });
    const two = bundleTarGz(bundle('2.0.0'));
    await writeFile(desk.path('two'), two);
    await expect(
      desk
        .repository()
        .resolve('sorter', model({ type: 'file', path: desk.path('two'), sha256: sha256(two) })),
    ).rejects.toMatchObject({
      code: 'MODEL_CACHE_UNWRITABLE',
    });
  } finally {
    await run('mount', ['-o', 'remount,rw', desk.cache]);
  }
  await chmod(desk.cache, 0o755);
});
