import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '../../src/models/archive/index.js';
import { archiveLimits } from '../../src/models/archive/limits.js';
import { paxName, tar, tarGz, type TarEntry } from './tarball.js';
import { zip, type ZipEntry } from './zipfile.js';

let desk: string;
let archive: string;
let folder: string;

beforeEach(async () => {
  desk = await mkdtemp(path.join(tmpdir(), 'mli-archive-'));
  archive = path.join(desk, 'model');
  folder = path.join(desk, 'inner', 'new');
  await writeFile(path.join(desk, 'outside'), 'untouched');
  await mkdir(path.dirname(folder));
});
afterEach(() => rm(desk, { recursive: true }));

async function refusal(bytes: Buffer, options: Parameters<typeof unpack>[2] = {}): Promise<unknown> {
  await writeFile(archive, bytes);
  const error: unknown = await unpack(archive, folder, options).then(
    () => 'it was unpacked',
    (reason: unknown) => reason,
  );
  // Whatever is refused leaves nothing, neither inside nor outside.
  expect(await readdir(path.dirname(folder))).toEqual([]);
  expect((await readdir(desk)).sort()).toEqual(['inner', 'model', 'outside']);
  expect(await readFile(path.join(desk, 'outside'), 'utf8')).toBe('untouched');
  return error;
}

const unsafe = (reason: RegExp) => ({
  code: 'MODEL_ARCHIVE_UNSAFE',
  message: expect.stringMatching(reason) as unknown,
});
const invalid = (reason: RegExp) => ({
  code: 'MODEL_ARCHIVE_INVALID',
  message: expect.stringMatching(reason) as unknown,
});
const tooLarge = (reason: RegExp) => ({
  code: 'MODEL_ARCHIVE_TOO_LARGE',
  message: expect.stringMatching(reason) as unknown,
});

describe('a good archive', () => {
  it.each(['tar', 'zip'])(
    'made by a common tool (%s) is unpacked as it was, readable and not writable by others',
    async (tool) => {
      await promisify(execFile)(
        'sh',
        [
          '-c',
          `mkdir -p m/dlr && printf glass > m/labels.txt && head -c 300000 /dev/urandom > m/dlr/compiled.so && chmod 0777 m/labels.txt`,
        ],
        { cwd: desk },
      );
      const command =
        tool === 'tar'
          ? ['tar', '-czf', archive, '-C', 'm', '.']
          : ['python3', '-m', 'zipfile', '-c', archive, 'm/'];
      await promisify(execFile)(command[0] ?? '', command.slice(1), { cwd: desk });
      await unpack(archive, folder);
      const root = tool === 'tar' ? folder : path.join(folder, 'm');
      expect(await readFile(path.join(root, 'labels.txt'), 'utf8')).toBe('glass');
      const digest = async (file: string) =>
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex');
      expect(await digest(path.join(root, 'dlr/compiled.so'))).toBe(
        await digest(path.join(desk, 'm/dlr/compiled.so')),
      );
      expect((await stat(path.join(root, 'labels.txt'))).mode & 0o777).toBe(0o644);
    },
  );

  it('may have names that are long, nested and not ASCII', async () => {
    const name = `deep/${'é'.repeat(100)}/größe.json`;
    await writeFile(
      archive,
      tarGz([paxName(name), { name: 'x', content: 'a' }, { name: 'empty' }, { name: './', type: '5' }]),
    );
    await unpack(archive, folder);
    expect(await readFile(path.join(folder, name), 'utf8')).toBe('a');
    expect((await stat(path.join(folder, 'empty'))).size).toBe(0);
  });
});

describe.each([
  [
    '.tar.gz',
    (name: string) =>
      tarGz([{ name: 'labels.txt', content: 'glass' }, paxName(name), { name: 'x', content: 'evil' }]),
  ],
  [
    '.zip',
    (name: string) =>
      zip([
        { name: 'labels.txt', content: 'glass' },
        { name, content: 'evil' },
      ]),
  ],
])('a %s is refused for an entry', (_format, make) => {
  it.each([
    ['that climbs out', '../outside', /leads out of the folder/],
    ['that climbs out in the middle', 'a/../../outside', /leads out of the folder/],
    ['with an absolute name', '/tmp/evil', /absolute/],
    ['with a drive', 'C:evil', /absolute/],
    ['with a backslash', '..\\outside', /backslash/],
    ['with a NUL', 'a\0.png', /NUL|malformed/],
    ['with a line break', 'a\nERROR forged', /control character|malformed/],
    ['with a name that is too long', 'n'.repeat(256), /too long/],
    [
      'with a path that is too long',
      `${'d/'.repeat(15)}${'n'.repeat(250)}${'/m'.repeat(0)}`.padStart(1100, 'x/').slice(0, 1100),
      /too long|deep/,
    ],
    ['that lies too deep', `${'d/'.repeat(20)}x`, /deep/],
    ['that is there twice', 'labels.txt', /another entry/],
    ['that is there twice in disguise', './labels.txt', /another entry/],
    ['that makes a folder of a file', 'labels.txt/x', /another entry/],
  ])('%s', async (_title, name, reason) => {
    expect(await refusal(make(name))).toMatchObject({
      code: expect.stringMatching(/^MODEL_ARCHIVE_(UNSAFE|INVALID)$/) as unknown,
      message: expect.stringMatching(reason) as unknown,
    });
  });
});

describe('a .tar.gz is refused', () => {
  it.each<[string, TarEntry, RegExp]>([
    ['with a symbolic link', { name: 'link', type: '2', link: '/etc' }, /symbolic link/],
    ['with a hard link', { name: 'link', type: '1', link: '../outside' }, /hard link/],
    ['with a character device', { name: 'null', type: '3' }, /device/],
    ['with a block device', { name: 'sda', type: '4' }, /device/],
    ['with a named pipe', { name: 'pipe', type: '6' }, /named pipe/],
    ['with an entry of an unknown type', { name: 'odd', type: 'V' }, /entry/],
  ])('%s', async (_title, entry, reason) => {
    expect(
      await refusal(
        tarGz([{ name: 'labels.txt', content: 'glass' }, entry, { name: 'link/x', content: 'evil' }]),
      ),
    ).toMatchObject(unsafe(reason));
  });

  it('when it is truncated, in the packed bytes or in the unpacked ones', async () => {
    const whole = tarGz([{ name: 'compiled.so', content: Buffer.alloc(200_000, 'so') }]);
    expect(await refusal(whole.subarray(0, whole.length - 20))).toMatchObject(invalid(/truncated/));
    const plain = tar([{ name: 'compiled.so', content: Buffer.alloc(200_000, 'so') }]);
    expect(await refusal(gzipSync(plain.subarray(0, 100_000)))).toMatchObject(invalid(/truncated/));
  });

  it('when a byte of it was changed', async () => {
    const bytes = tarGz([
      {
        name: 'compiled.so',
        content: Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)),
      },
    ]);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    expect(await refusal(bytes)).toMatchObject({ code: 'MODEL_ARCHIVE_INVALID' });
  });

  it('when its header has a wrong checksum, or it is no tar at all', async () => {
    const plain = tar([{ name: 'a', content: 'a' }]);
    plain[0] = 0x62;
    expect(await refusal(gzipSync(plain))).toMatchObject(invalid(/checksum/));
    expect(await refusal(gzipSync(Buffer.from('only text')))).toMatchObject({
      code: 'MODEL_ARCHIVE_INVALID',
    });
  });

  it('when it is a bomb of 10 GB', { timeout: 60_000 }, async () => {
    const zeros = Buffer.alloc(1024 * 1024);
    // The header says 8 GB, the most that it can; the stream is longer than what is read of it.
    async function* bomb() {
      yield tar([{ name: 'zeros', size: 8 ** 11 - 1 }], { end: false });
      for (let megabytes = 0; megabytes < 200; megabytes++) yield zeros;
    }
    await pipeline(bomb, createGzip({ level: 1 }), createWriteStream(archive));
    expect(await refusal(await readFile(archive))).toMatchObject(tooLarge(/larger than/));
    // The same with a size below the limit of a file.
    const honest = gzipSync(
      Buffer.concat([tar([{ name: 'zeros', size: 150_000_000 }], { end: false }), Buffer.alloc(150_000_000)]),
      { level: 1 },
    );
    expect(await refusal(honest)).toMatchObject(tooLarge(/times its size/));
  });

  it('when it has a million entries', { timeout: 60_000 }, async () => {
    const block = (first: number) =>
      tar(
        Array.from({ length: 1000 }, (_, i) => ({ name: `f${first + i}` })),
        { end: false },
      );
    const last = block(11_000);
    async function* many() {
      for (let first = 0; first < 11_000; first += 1000) yield block(first);
      for (let repeat = 11; repeat < 1000; repeat++) yield last;
    }
    await pipeline(many, createGzip({ level: 1 }), createWriteStream(archive));
    expect(await refusal(await readFile(archive))).toMatchObject(tooLarge(/more than 10000 entries/));
  });

  it('when its files are more than the limit together', async () => {
    const limits = { ...archiveLimits, totalBytes: 1000 };
    const entries = [1, 2, 3].map((i) => ({ name: `f${i}`, content: Buffer.alloc(400, i) }));
    expect(await refusal(tarGz(entries), { limits })).toMatchObject(tooLarge(/more than 1000 bytes/));
  });
});

describe('a .zip is refused', () => {
  it.each<[string, Partial<ZipEntry>, object]>([
    ['with a symbolic link', { mode: 0o120777, content: '/etc/passwd' }, unsafe(/symbolic link/)],
    ['with a device', { mode: 0o020644 }, unsafe(/device/)],
    ['with a named pipe', { mode: 0o010644 }, unsafe(/named pipe/)],
    ['with an encrypted entry', { flags: 1, content: 'secret' }, invalid(/encrypted/)],
    ['with an unknown compression', { method: 12, content: 'x' }, invalid(/method 12/)],
    ['with a wrong checksum', { content: 'glass', crc32: 1 }, invalid(/damaged/)],
    [
      'when an entry is longer than it says',
      { content: 'glass'.repeat(100), size: 3 },
      invalid(/too many bytes|size/i),
    ],
    [
      'when an entry is shorter than it says',
      { content: 'glass', size: 300 },
      invalid(/not enough bytes|size/i),
    ],
    [
      'when an entry says that it is larger than the limit',
      { content: 'glass', size: 3e9 },
      tooLarge(/larger than/),
    ],
  ])('%s', async (_title, entry, expected) => {
    expect(
      await refusal(
        zip([
          { name: 'labels.txt', content: 'glass' },
          { name: 'x', ...entry },
        ]),
      ),
    ).toMatchObject(expected);
  });

  it('when it is a bomb, before a byte of it is written', async () => {
    const bytes = zip([{ name: 'zeros', content: Buffer.alloc(200_000_000) }]);
    expect(await refusal(bytes)).toMatchObject(tooLarge(/times its size/));
  });

  it('when its directory announces a million entries', async () => {
    const bytes = zip(Array.from({ length: 20_000 }, (_, i) => ({ name: `f${i}` })));
    expect(await refusal(bytes)).toMatchObject(tooLarge(/more than 10000 entries/));
  });

  it('when it is truncated', async () => {
    const whole = zip([{ name: 'compiled.so', content: Buffer.alloc(100_000, 'so') }]);
    expect(await refusal(whole.subarray(0, whole.length - 30))).toMatchObject({
      code: 'MODEL_ARCHIVE_INVALID',
    });
  });
});

it.each([
  ['an empty file', Buffer.alloc(0), /it is empty/],
  ['a web page', Buffer.from('<html><body>Sign in to the network'), /begins with "<html>/],
  ['a plain tar', tar([{ name: 'a' }]), /neither gzip nor zip/],
])('refuses %s and says what it looks like', async (_title, bytes, reason) => {
  expect(await refusal(bytes)).toMatchObject(invalid(reason));
});

it('stops when it is told to, and leaves nothing', async () => {
  await writeFile(archive, tarGz([{ name: 'compiled.so', content: Buffer.alloc(5_000_000, 'so') }]));
  const stop = new AbortController();
  const unpacking = unpack(archive, folder, { signal: stop.signal });
  stop.abort(new Error('another change came'));
  await expect(unpacking).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(path.dirname(folder))).toEqual([]);
});
