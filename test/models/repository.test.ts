import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedFolder } from '../../src/models/shipped.js';
import { openPackage } from '../../src/models/index.js';
import { bundle, bundleTarGz, sha256, writeBundle } from './bundle.js';
import { model, RepositoryDesk } from './repository-desk.js';
import { zip } from './zipfile.js';

let desk: RepositoryDesk;
beforeEach(async () => {
  desk = await RepositoryDesk.open();
});
afterEach(() => desk.close());

const readdirIfThere = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

const one = bundle('1.0.0');
const two = bundle('2.0.0');

describe('a package on the device', () => {
  const atPath = (pin?: string) =>
    model({ type: 'package', path: desk.path('package'), ...(pin && { sha256: pin }) });

  it('is copied, so that it stays when its component goes', async () => {
    await writeBundle(desk.path('package'), one);
    const first = await desk.repository().resolve('sorter', atPath(one.digest));
    expect(first).toMatchObject({ sha256: one.digest, allowUnpinned: false });
    expect(first.folder.startsWith(desk.cache)).toBe(true);
    await rm(desk.path('package'), { recursive: true });
    const again = await desk.repository().resolve('sorter', atPath(one.digest));
    expect(again).toEqual(first);
    await expect(openPackage(again)).resolves.toMatchObject({
      digest: one.digest,
      labels: ['glass', 'paper'],
    });
  });

  it('brings only what its manifest vouches for', async () => {
    await writeBundle(desk.path('package'), one);
    await writeFile(desk.path('package/dlr/other.so'), 'not listed');
    const { folder } = await desk.repository().resolve('sorter', atPath(one.digest));
    expect(await readdir(`${folder}/dlr`)).toEqual(['compiled.so']);
  });

  it('that comes with the product is used where it is', async () => {
    const { folder } = await desk
      .repository()
      .resolve('sorter', model({ type: 'package', path: `${shippedFolder}/waste-sorter` }));
    expect(folder).toBe(`${shippedFolder}/waste-sorter`);
  });

  it.each([
    ['a truncated file', () => writeFile(desk.path('package/dlr/compiled.so'), ''), 'MODEL_DIGEST_MISMATCH'],
    ['a missing file', () => rm(desk.path('package/dlr/compiled.so')), 'MODEL_FILE_MISSING'],
    ['another manifest', () => appendFile(desk.path('package/model.json'), ' '), 'MODEL_DIGEST_MISMATCH'],
    ['no manifest', () => rm(desk.path('package/model.json')), 'MODEL_NOT_RUNNABLE'],
    ['no folder', () => rm(desk.path('package'), { recursive: true }), 'MODEL_NOT_FOUND'],
  ])('with %s is refused', async (_title, damage, code) => {
    await writeBundle(desk.path('package'), one);
    await damage();
    await expect(desk.repository().resolve('sorter', atPath(one.digest))).rejects.toMatchObject({ code });
    expect(await readdir(`${desk.cache}/packages`).catch(() => [])).toEqual([]);
  });

  it('that is neither pinned nor signed is refused', async () => {
    await writeBundle(desk.path('package'), one);
    await expect(desk.repository().resolve('sorter', atPath())).rejects.toMatchObject({
      code: 'MODEL_UNPINNED',
    });
  });

  it('is found through the component that registered it', async () => {
    await writeBundle(desk.path('artifacts'), one);
    await mkdir(desk.path('work/mli.model.Waste/mli-store'), { recursive: true });
    const entry = {
      kind: 'model',
      name: 'waste',
      component: 'mli.model.Waste',
      version: '1.0.0',
      folder: desk.path('artifacts'),
      sha256: one.digest,
      architecture: 'any',
    };
    await writeFile(desk.path('work/mli.model.Waste/mli-store/waste.json'), JSON.stringify(entry));
    const repository = desk.repository({ workRoot: desk.path('work') });
    await expect(
      repository.resolve(
        'sorter',
        model({ type: 'package', component: 'mli.model.Waste', sha256: one.digest }),
      ),
    ).resolves.toMatchObject({ sha256: one.digest });
    await expect(
      repository.resolve('sorter', model({ type: 'package', component: 'mli.model.Glass' })),
    ).rejects.toMatchObject({
      code: 'MODEL_NOT_IN_STORE',
      message: expect.stringContaining('mli.model.Waste') as unknown,
    });
  });
});

describe('an archive on the device', () => {
  it.each([
    ['.tar.gz', (made: typeof one) => bundleTarGz(made)],
    [
      '.zip with one folder in it',
      ({ files }: typeof one) =>
        zip([...files].map(([name, content]) => ({ name: `sorter-1.0.0/${name}`, content }))),
    ],
  ])('%s is unpacked and stays where it is', async (_title, make) => {
    const archive = make(one);
    await writeFile(desk.path('model'), archive);
    const { folder } = await desk
      .repository()
      .resolve('sorter', model({ type: 'file', path: desk.path('model'), sha256: sha256(archive) }));
    await expect(openPackage({ folder, allowUnpinned: false, sha256: one.digest })).resolves.toMatchObject({
      digest: one.digest,
    });
    expect(sha256(await readFile(desk.path('model')))).toBe(sha256(archive));
    for (const left of ['work', 'downloads']) expect(await readdir(`${desk.cache}/${left}`)).toEqual([]);
  });

  it('with the pinned digest is not fetched again when only its place has changed', async () => {
    const archive = bundleTarGz(one);
    await writeFile(desk.path('model'), archive);
    const pin = sha256(archive);
    await desk.repository().resolve('sorter', model({ type: 'file', path: desk.path('model'), sha256: pin }));
    await expect(
      desk.repository().resolve('sorter', model({ type: 'file', path: desk.path('gone'), sha256: pin })),
    ).resolves.toMatchObject({ sha256: one.digest });
  });
});

describe('the cache', () => {
  const big = (n: number) => bundle(`${n}.0.0`, randomBytes(1_500_000));
  const put = async (n: number, made = big(n)) => {
    const archive = bundleTarGz(made);
    await writeFile(desk.path(`model-${n}`), archive);
    return {
      config: model({ type: 'file', path: desk.path(`model-${n}`), sha256: sha256(archive) }),
      digest: made.digest,
    };
  };
  const inCache = () => readdir(`${desk.cache}/packages`);

  it('is repaired when a file in it was damaged', async () => {
    const { config } = await put(1, one);
    const { folder } = await desk.repository().resolve('sorter', config);
    await writeFile(`${folder}/dlr/compiled.so`, 'damaged');
    await desk.repository().resolve('sorter', config);
    expect(await readFile(`${folder}/dlr/compiled.so`, 'utf8')).toBe('artifact of 1.0.0');
    await chmod(`${folder}/dlr/compiled.so`, 0o666);
    await desk.repository().resolve('sorter', config);
    await expect(openPackage({ folder, sha256: one.digest, allowUnpinned: false })).resolves.toBeDefined();
  });

  it(
    'loses what was not used for longest when it grows above its limit, never what is in use',
    { timeout: 60_000 },
    async () => {
      const models = [await put(1), await put(2), await put(3), await put(4)];
      const digests = models.map(({ digest }) => digest);
      const repository = desk.repository({ maxMegabytes: 4, inUse: () => [digests[0] ?? ''] });
      for (const [index, { config, digest }] of models.entries()) {
        // Another model each, so that none is protected as the one before.
        await repository.resolve(`sorter-${index}`, config);
        await utimes(`${desk.cache}/packages/${digest}`, index + 1, index + 1);
      }
      // Those that this process has resolved count as used: nothing is lost under its feet.
      expect((await inCache()).sort()).toEqual([...digests].sort());
      const later = desk.repository({ maxMegabytes: 4, inUse: () => [digests[0] ?? ''] });
      const five = await put(5);
      await later.resolve('sorter', five.config);
      expect((await inCache()).sort()).toEqual([digests[0], five.digest].sort());
      expect(await readdir(`${desk.cache}/records`)).toHaveLength(2);
    },
  );

  it('keeps its old record aside from a newer version of the product', async () => {
    const { config } = await put(1, one);
    await desk.repository().resolve('sorter', config);
    const [name = ''] = await readdir(`${desk.cache}/records`);
    await writeFile(`${desk.cache}/records/${name}`, '{"version":2}');
    await expect(desk.repository().resolve('sorter', config)).resolves.toMatchObject({ sha256: one.digest });
  });

  it('serves two pipelines of one model that ask at the same time, and brings it once', async () => {
    const { config, digest } = await put(1, two);
    const repository = desk.repository();
    const answers = await Promise.all([1, 2, 3, 4].map(() => repository.resolve('sorter', config)));
    expect(new Set(answers.map(({ folder }) => folder)).size).toBe(1);
    expect(answers[0]?.sha256).toBe(digest);
    expect(desk.log.filter(({ msg }) => msg === 'model in the cache')).toHaveLength(1);
  });
});

it(
  'kill -9 while a model is unpacked leaves nothing that is taken for one, and the next process clears it away',
  { timeout: 180_000 },
  async () => {
    const large = bundle('9.0.0', randomBytes(20_000_000));
    const archive = bundleTarGz(large);
    await writeFile(desk.path('model.tar.gz'), archive);
    const source = { type: 'file', path: desk.path('model.tar.gz'), sha256: sha256(archive) };
    const entry = new URL('resolve-process.mjs', import.meta.url).pathname;
    let killed = 0;
    // While it is unpacked, and in the moment in which a package appears.
    const moments = [
      ...[0, 30, 80, 150, 250].map((afterMs) => ['work', afterMs] as const),
      ['packages', 0] as const,
    ];
    for (const [folder, afterMs] of moments) {
      const child = spawn(process.execPath, [entry, desk.cache, JSON.stringify(source)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const exit = once(child, 'exit');
      while (child.exitCode === null && readdirIfThere(`${desk.cache}/${folder}`).length === 0)
        await sleep(0);
      if (afterMs > 0) await sleep(afterMs);
      if (child.kill('SIGKILL')) killed++;
      await exit;
      for (const name of readdirIfThere(`${desk.cache}/packages`)) {
        await expect(
          openPackage({ folder: `${desk.cache}/packages/${name}`, sha256: name, allowUnpinned: false }),
        ).resolves.toBeDefined();
      }
    }
    expect(killed).toBeGreaterThan(2);
    await expect(desk.repository().resolve('sorter', model(source))).resolves.toMatchObject({
      sha256: large.digest,
    });
    expect(await readdir(`${desk.cache}/work`)).toEqual([]);
  },
);
