import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, bundleTarGz, sha256 } from './bundle.js';
import { ObjectServer } from './object-server.js';
import { model, RepositoryDesk } from './repository-desk.js';

let server: ObjectServer;
let desk: RepositoryDesk;
const good = bundle('1.0.0', randomBytes(600_000));
const archive = bundleTarGz(good);
const source = { type: 's3', uri: 's3://models/sorter.tar.gz', sha256: sha256(archive) };

beforeAll(async () => {
  // Loading the SDK takes seconds on a busy machine, and is nobody's download.
  await import('@aws-sdk/client-s3');
  server = await ObjectServer.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  desk = await RepositoryDesk.open();
  server.objects.clear();
  server.objects.set('/models/sorter.tar.gz', archive);
  server.requests.length = 0;
  server.faults.length = 0;
  server.rule = () => undefined;
});
afterEach(() => desk.close());

const status = (code: number, name: string, more: object = {}) =>
  ({ do: 'status', status: code, code: name, ...more }) as const;

describe('a download', () => {
  it('that is cut goes on where it stopped', async () => {
    server.faults.push({ do: 'cut', afterBytes: 200_000 }, { do: 'cut', afterBytes: 100_000 });
    const { folder, sha256: digest } = await desk.repository().resolve('sorter', model(source));
    expect(digest).toBe(good.digest);
    expect(sha256(await readFile(`${folder}/dlr/compiled.so`))).toBe(
      sha256(good.files.get('dlr/compiled.so') ?? ''),
    );
    const [first, second, third] = server.downloads;
    expect(first?.range).toBeUndefined();
    expect(Number(/\d+/.exec(second?.range ?? '')?.[0])).toBeGreaterThan(0);
    expect(Number(/\d+/.exec(third?.range ?? '')?.[0])).toBeGreaterThan(
      Number(/\d+/.exec(second?.range ?? '')?.[0]),
    );
    expect(second?.ifMatch).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await readdir(`${desk.cache}/downloads`)).toEqual([]);
  });

  it('that a restart interrupts goes on in the next process', async () => {
    server.faults.push({ do: 'cut', afterBytes: 300_000 });
    await expect(
      desk.repository({ transfer: { attempts: 1 } }).resolve('sorter', model(source)),
    ).rejects.toMatchObject({
      code: 'MODEL_ORIGIN_UNREACHABLE',
    });
    await desk.repository().resolve('sorter', model(source));
    expect(Number(/\d+/.exec(server.downloads[1]?.range ?? '')?.[0])).toBeGreaterThan(100_000);
  });

  it('begins anew when the object was replaced meanwhile, and never mixes the two', async () => {
    const newer = bundle('2.0.0', randomBytes(600_000));
    server.faults.push({ do: 'cut', afterBytes: 200_000 });
    server.rule = ({ range }) => {
      if (range?.startsWith('bytes=') && range !== 'bytes=0-0')
        server.objects.set('/models/sorter.tar.gz', bundleTarGz(newer));
      return undefined;
    };
    const config = model({ type: 's3', uri: source.uri }, { allowUnpinned: true });
    await expect(desk.repository().resolve('sorter', config)).resolves.toMatchObject({
      sha256: newer.digest,
    });
  });

  it('begins anew where the server does not know ranges', async () => {
    server.faults.push({ do: 'cut', afterBytes: 200_000 }, { do: 'ignore-range' });
    await expect(desk.repository().resolve('sorter', model(source))).resolves.toMatchObject({
      sha256: good.digest,
    });
  });

  it.each([
    ['errors of the server', status(503, 'SlowDown')],
    ['internal errors', status(500, 'InternalError')],
    ['closed connections', { do: 'reset' } as const],
    ['a clock that is off', status(403, 'RequestTimeTooSkewed')],
  ])('survives %s', async (_title, fault) => {
    server.faults.push(fault, fault, fault);
    await expect(desk.repository().resolve('sorter', model(source))).resolves.toMatchObject({
      sha256: good.digest,
    });
    expect(server.downloads).toHaveLength(4);
  });

  it('gives up after the last attempt and says how many there were', async () => {
    server.rule = () => status(503, 'SlowDown');
    await expect(
      desk.repository({ transfer: { attempts: 3 } }).resolve('sorter', model(source)),
    ).rejects.toMatchObject({
      code: 'MODEL_ORIGIN_UNREACHABLE',
      message: expect.stringMatching(/3 attempts: SlowDown.*HTTP 503/) as unknown,
    });
    expect(server.requests).toHaveLength(3);
  });

  it('leaves a connection that is open and dead, and goes on', async () => {
    server.faults.push({ do: 'stall', afterBytes: 250_000 });
    await expect(
      desk.repository({ transfer: { windowMs: 400 } }).resolve('sorter', model(source)),
    ).resolves.toMatchObject({ sha256: good.digest });
    expect(desk.log.find(({ reason }) => /bytes came in 0.4 s/.test(String(reason)))).toBeDefined();
    expect(server.downloads).toHaveLength(2);
  });

  it('with wrong bytes is refused by its digest, and not fetched again while the object is the same', async () => {
    const wrong = Buffer.from(archive);
    wrong[1000] = (wrong[1000] ?? 0) ^ 1;
    server.objects.set('/models/sorter.tar.gz', wrong);
    const repository = desk.repository();
    for (let time = 0; time < 2; time++) {
      await expect(repository.resolve('sorter', model(source))).rejects.toMatchObject({
        code: 'MODEL_DIGEST_MISMATCH',
      });
    }
    expect(server.downloads).toHaveLength(1);
    server.objects.set('/models/sorter.tar.gz', archive);
    await expect(repository.resolve('sorter', model(source))).resolves.toMatchObject({ sha256: good.digest });
  });

  it('tells its progress', async () => {
    await desk.repository().resolve('sorter', model(source));
    const percents = desk.log.filter(({ msg }) => msg === 'fetching a model').map(({ percent }) => percent);
    expect(percents.at(-1)).toBe(100);
    expect(percents.length).toBeLessThan(15);
  });

  it('ends at once when it is no longer wanted', async () => {
    server.faults.push({ do: 'stall', afterBytes: 10 });
    const stop = new AbortController();
    const resolving = desk.repository().resolve('sorter', model(source), stop.signal);
    setTimeout(() => stop.abort(new Error('another change came')), 200);
    await expect(resolving).rejects.toThrow('another change came');
  });
});

describe('a refusal is told with its reason', () => {
  it.each([
    ['a key that is not there', status(404, 'NoSuchKey'), 'MODEL_ORIGIN_MISSING', /NoSuchKey/],
    ['a bucket that is not there', status(404, 'NoSuchBucket'), 'MODEL_ORIGIN_MISSING', /NoSuchBucket/],
    ['a missing right', status(403, 'AccessDenied'), 'MODEL_ORIGIN_FORBIDDEN', /AccessDenied/],
    ['an archived object', status(403, 'InvalidObjectState'), 'MODEL_ORIGIN_REFUSED', /InvalidObjectState/],
    [
      'a region that cannot be found',
      status(301, 'PermanentRedirect'),
      'MODEL_ORIGIN_REGION',
      /PermanentRedirect/,
    ],
  ])('%s', async (_title, fault, code, message) => {
    server.rule = () => fault;
    await expect(desk.repository().resolve('sorter', model(source))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    });
    // Trying again would not help.
    expect(server.requests).toHaveLength(1);
  });

  it('an empty object', async () => {
    server.objects.set('/models/sorter.tar.gz', Buffer.alloc(0));
    await expect(desk.repository().resolve('sorter', model(source))).rejects.toThrow(/it is empty/);
  });

  it('missing credentials', async () => {
    const { AWS_ACCESS_KEY_ID } = process.env;
    delete process.env['AWS_ACCESS_KEY_ID'];
    try {
      await expect(desk.repository().resolve('sorter', model(source))).rejects.toMatchObject({
        code: 'MODEL_CREDENTIALS_MISSING',
      });
    } finally {
      process.env['AWS_ACCESS_KEY_ID'] = AWS_ACCESS_KEY_ID;
    }
  });
});

it.each([
  ['a header', { 'x-amz-bucket-region': 'ap-south-1' }, ''],
  ['the error', {}, '<Region>ap-south-1</Region>'],
])('follows a bucket into another region that %s names', async (_title, headers, extra) => {
  server.rule = ({ region }) =>
    region === 'ap-south-1'
      ? undefined
      : status(extra ? 400 : 301, extra ? 'AuthorizationHeaderMalformed' : 'PermanentRedirect', {
          headers,
          extra,
        });
  await expect(desk.repository().resolve('sorter', model(source))).resolves.toMatchObject({
    sha256: good.digest,
  });
  expect(server.requests.map(({ region }) => region)).toEqual(['eu-central-1', 'ap-south-1', 'ap-south-1']);
});

describe('without network', () => {
  it('a pinned model that is in the cache needs none, after a restart too', async () => {
    await desk.repository().resolve('sorter', model(source));
    server.requests.length = 0;
    await expect(desk.repository().resolve('sorter', model(source))).resolves.toMatchObject({
      sha256: good.digest,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('the last known of an unpinned model is used, and it is said', async () => {
    const config = model({ type: 's3', uri: source.uri }, { allowUnpinned: true });
    const first = await desk.repository().resolve('sorter', config);
    expect(first.stale).toBeUndefined();
    server.rule = () => ({ do: 'reset' });
    const started = performance.now();
    const again = await desk.repository().resolve('sorter', config);
    expect(again).toMatchObject({
      sha256: good.digest,
      folder: first.folder,
      stale: expect.stringMatching(/could not be fetched/) as unknown,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(desk.log.some(({ msg }) => /newest is not known/.test(String(msg)))).toBe(true);
  });

  it('a model that was never here is an error', async () => {
    server.rule = () => ({ do: 'reset' });
    await expect(desk.repository().resolve('sorter', model(source))).rejects.toMatchObject({
      code: 'MODEL_ORIGIN_UNREACHABLE',
    });
  });
});

describe('the newest object', () => {
  const newest = { type: 's3', uri: 's3://models/sorter.tar.gz' };

  it('is not used unpinned unless that is allowed, and its digest is named', async () => {
    await expect(desk.repository().resolve('sorter', model(newest))).rejects.toMatchObject({
      code: 'MODEL_UNPINNED',
      remedy: expect.stringContaining(sha256(archive)) as unknown,
    });
  });

  it('is fetched once, and again only when it has changed', async () => {
    const config = model(newest, { allowUnpinned: true });
    const repository = desk.repository();
    const first = await repository.resolve('sorter', config);
    await repository.resolve('sorter', config);
    expect(server.downloads).toHaveLength(1);
    expect(await repository.probe('sorter', config, first.origin)).toBe(false);
    const newer = bundle('2.0.0');
    server.objects.set('/models/sorter.tar.gz', bundleTarGz(newer));
    expect(await repository.probe('sorter', config, first.origin)).toBe(true);
    expect((await repository.resolve('sorter', config)).sha256).toBe(newer.digest);
    // What was proved before is still there to go back to.
    expect((await repository.cached('sorter', config, (digest) => digest === good.digest))?.sha256).toBe(
      good.digest,
    );
    expect((await repository.cached('sorter', config))?.sha256).toBe(newer.digest);
  });

  it('is a broken one that leaves the earlier in the cache', async () => {
    const config = model(newest, { allowUnpinned: true });
    const repository = desk.repository();
    await repository.resolve('sorter', config);
    server.objects.set('/models/sorter.tar.gz', archive.subarray(0, 1000));
    await expect(repository.resolve('sorter', config)).rejects.toMatchObject({
      code: 'MODEL_ARCHIVE_INVALID',
    });
    expect((await repository.cached('sorter', config))?.sha256).toBe(good.digest);
    expect(await readdir(`${desk.cache}/work`)).toEqual([]);
  });
});
