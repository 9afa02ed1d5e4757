import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLibrary } from '../../../src/engines/dlr/library.js';
import { fixturePath, libraryPath, obstacle, titleOf } from '../../native/fixtures.js';

/** Any ELF library does: nothing is opened here. */
const elf = path.join(fixturePath('trees'), 'model.so');

describe('findLibrary', () => {
  let folder: string;
  let sha256: string;
  const place = async (name: string) => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(elf, file);
    return file;
  };
  const find = (request: Partial<Parameters<typeof findLibrary>[0]> = {}) =>
    findLibrary({
      artifact: path.join(folder, 'model'),
      env: { MLI_CACHE_DIR: path.join(folder, 'cache') },
      architecture: 'x64',
      ...request,
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-library-'));
    sha256 = createHash('sha256')
      .update(await readFile(elf))
      .digest('hex');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the configured path, then MLI_LIBDLR, then the one beside the model, then the store, then the cache', async () => {
    const cached = await place('cache/libdlr-1.6.0/libdlr.so');
    expect(await find({ sha256 })).toBe(cached);
    const beside = await place('model/libdlr.so');
    const storedLibrary = await place('store/libdlr.so');
    expect(await find({ sha256, storedLibrary })).toBe(beside);
    expect(await find({ sha256, storedLibrary, artifact: path.join(folder, 'elsewhere') })).toBe(
      storedLibrary,
    );
    expect(await find({ sha256 })).toBe(beside);
    const named = await place('named.so');
    expect(await find({ sha256, env: { MLI_LIBDLR: named } })).toBe(named);
    expect(await find({ sha256, library: cached, env: { MLI_LIBDLR: named } })).toBe(cached);
  });

  it('names every path that it tried', async () => {
    const tried = ['model/libdlr.so', 'cache/libdlr-1.6.0/libdlr.so'].map((name) => path.join(folder, name));
    await expect(find()).rejects.toMatchObject({ code: 'LIBDLR_NOT_FOUND', details: { tried } });
  });

  it('does not look elsewhere where a path was configured', async () => {
    await place('model/libdlr.so');
    const missing = path.join(folder, 'missing.so');
    await expect(find({ library: missing })).rejects.toMatchObject({
      code: 'LIBDLR_NOT_FOUND',
      details: { tried: [missing] },
    });
    await expect(find({ env: { MLI_LIBDLR: missing } })).rejects.toMatchObject({ code: 'LIBDLR_NOT_FOUND' });
  });

  it("uses XDG_CACHE_HOME for the user's cache", async () => {
    const cached = await place('greengrass-mli/libdlr-1.6.0/libdlr.so');
    expect(await find({ sha256, env: { XDG_CACHE_HOME: folder } })).toBe(cached);
  });

  it('does not trust a library that is neither known nor vouched for, and says its digest', async () => {
    const file = await place('model/libdlr.so');
    await expect(find()).rejects.toMatchObject({ code: 'LIBDLR_UNTRUSTED', details: { path: file, sha256 } });
    await expect(find()).rejects.toThrow(sha256);
    await expect(find({ sha256: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'LIBDLR_UNTRUSTED' });
    expect(await find({ sha256: sha256.toUpperCase() })).toBe(file);
  });

  it('does not trust a library that everybody can write', async () => {
    const file = await place('model/libdlr.so');
    await chmod(file, 0o666);
    await expect(find({ sha256 })).rejects.toMatchObject({
      code: 'LIBDLR_WRITABLE',
      details: { path: file },
    });
  });

  it('refuses a library for another machine before it asks for trust', async () => {
    const file = await place('model/libdlr.so');
    await expect(find({ architecture: 'arm64' })).rejects.toMatchObject({
      code: 'LIBDLR_WRONG_ARCHITECTURE',
      details: { path: file, actual: 'x64', expected: 'arm64' },
    });
  });

  it('refuses what is no library, is cut off, or cannot be read', async () => {
    const file = await place('model/libdlr.so');
    await truncate(file, 5000);
    await expect(find({ sha256 })).rejects.toMatchObject({
      code: 'LIBDLR_UNLOADABLE',
      message: expect.stringContaining('the file at 5000') as string,
    });
    await writeFile(file, 'text');
    await expect(find({ sha256 })).rejects.toMatchObject({
      code: 'LIBDLR_UNLOADABLE',
      details: { text: 'it is no ELF library' },
    });
    await expect(find({ library: folder })).rejects.toMatchObject({
      code: 'LIBDLR_UNLOADABLE',
      details: { path: folder },
    });
    await expect(find({ library: `${file}/x` })).rejects.toMatchObject({ code: 'LIBDLR_UNLOADABLE' });
  });

  it.skipIf(obstacle())(titleOf('knows the releases that PyPI has'), async () => {
    expect(await find({ library: libraryPath() })).toBe(libraryPath());
  });
});
