import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rtspSource } from '../../src/config/camera.js';
import { describeError } from '../../src/errors/index.js';
import { createLogger } from '../../src/logger.js';
import { WatchedSource } from '../../src/pipeline/watched-source.js';
import { createSource, type FrameSource } from '../../src/sources/index.js';
import { RtspServer, rtspServerLacks } from './rtsp-server.js';

const never = new AbortController().signal;
const logger = createLogger({ name: 'test', level: 'silent' });
const lacking = rtspServerLacks();
// As unpleasant as passwords get: quotes, a space, and what has a meaning in an address.
const password = `s3cr3t p@:/'%#"ä`;
const open: FrameSource[] = [];

function source(options: object): FrameSource {
  const config = rtspSource.parse({ type: 'rtsp', intervalSeconds: 0.1, ...options });
  const made = createSource(config, { minWidth: 32, minHeight: 32, logger });
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

async function size(from: FrameSource): Promise<[number, number] | undefined> {
  const frame = await from.next(never);
  if (!frame || !('picture' in frame)) return undefined;
  frame.picture.release();
  return [frame.width, frame.height];
}

describe.skipIf(lacking)(
  `the rtsp source, against a real server${lacking ? ` (needs ${lacking})` : ''}`,
  () => {
    const server = new RtspServer();
    beforeAll(() => server.start());
    afterAll(() => server.kill());

    it('gives frames by TCP and by UDP, and its ffmpeg ends with it', { timeout: 60_000 }, async () => {
      for (const transport of ['tcp', 'udp']) {
        const camera = source({ url: server.url, transport });
        expect(await size(camera)).toEqual([320, 180]);
        expect(await size(camera)).toEqual([320, 180]);
        await camera.stop();
      }
      expect(commandLines().filter((line) => line.startsWith('ffmpeg') && line.includes('concat'))).toEqual(
        [],
      );
    });

    it('says what is wrong with an address', { timeout: 60_000 }, async () => {
      const faults = async (url: string) =>
        source({ url })
          .next(never)
          .then(
            () => 'none',
            (error: unknown) => describeError(error),
          );
      expect(await faults('rtsp://camera.invalid/1')).toContain(
        'camera.invalid:554 cannot be reached: its name does not',
      );
      expect(await faults('rtsp://127.0.0.1:1/camera')).toContain('nothing listens there');
      expect(await faults(server.url.replace('camera', 'elsewhere'))).toMatch(/404 Not Found/);
      expect(await faults(server.url.replace('camera', 'sound'))).toContain('it has no video');
    });

    it(
      'opens it again when its pictures change their size, or the server is back',
      { timeout: 120_000 },
      async () => {
        const other = new RtspServer();
        await other.start();
        const camera = source({ url: other.url });
        const watched = new WatchedSource(camera, { type: 'rtsp', intervalSeconds: 0.1 }, () => undefined);
        const until = async (wanted: string) => {
          for (;;) {
            const frame = await watched.capture(never);
            if (frame === 'ended' || !frame || !('picture' in frame)) continue;
            frame.picture.release();
            if (`${frame.width}x${frame.height}` === wanted) return;
          }
        };
        await until('320x180');
        await other.kill();
        await other.start('160x120');
        await until('160x120');
        expect(watched.faults).toBeGreaterThan(0);
        expect(watched.status).toMatchObject({ type: 'rtsp', state: 'open' });
        expect(watched.status.reopened).toBeGreaterThan(0);
        await other.kill();
      },
    );

    it('tells of a server that takes connections and says nothing', { timeout: 60_000 }, async () => {
      const frozen = new RtspServer();
      await frozen.start();
      frozen.freeze();
      await expect(source({ url: frozen.url }).next(never)).rejects.toThrow('did not describe its stream');
      frozen.thaw();
      await frozen.kill();
    });
  },
);

describe.skipIf(lacking).each([
  ['Digest', false],
  ['Basic', true],
])('credentials of the rtsp source (%s)', (_title, basic) => {
  const server = new RtspServer({ user: 'operator', password, basic });
  beforeAll(async () => {
    process.env['TEST_CAMERA_PASSWORD'] = password;
    process.env['TEST_CAMERA_USER'] = 'operator';
    process.env['TEST_CAMERA_WRONG'] = 'wrong-guess';
    await server.start();
  });
  afterAll(async () => {
    await server.kill();
    delete process.env['TEST_CAMERA_PASSWORD'];
    delete process.env['TEST_CAMERA_USER'];
    delete process.env['TEST_CAMERA_WRONG'];
  });
  const credentials = { from: 'environment', user: 'TEST_CAMERA_USER', password: 'TEST_CAMERA_PASSWORD' };

  it(
    'are used, and appear in no list of processes and no environment of ffmpeg',
    { timeout: 60_000 },
    async () => {
      const camera = source({ url: server.url, credentials });
      expect(await size(camera)).toEqual([320, 180]);
      const secrets = [password, encodeURIComponent(password), 's3cr3t'];
      const lines = commandLines();
      expect(lines.some((line) => line.startsWith('ffmpeg') && line.includes('concat'))).toBe(true);
      for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
      expect(environmentsOf('ffmpeg').filter((text) => text.includes('s3cr3t'))).toEqual([]);
    },
  );

  it('are named when they are wrong or missing, and not shown', { timeout: 60_000 }, async () => {
    for (const [options, code] of [
      [{}, 'CAMERA_DENIED'],
      [{ credentials: { ...credentials, password: 'TEST_CAMERA_WRONG' } }, 'CAMERA_DENIED'],
      [{ credentials: { ...credentials, password: 'TEST_CAMERA_UNSET' } }, 'CREDENTIALS_MISSING'],
    ] as const) {
      const error = await source({ url: server.url, ...options })
        .next(never)
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code });
      expect(JSON.stringify([error, describeError(error)])).not.toMatch(/wrong-guess|s3cr3t/);
    }
  });
});

it('an address with a name or password is refused: it is logged', () => {
  const parse = (url: string) => rtspSource.safeParse({ type: 'rtsp', url });
  expect(parse('rtsp://user:pass@camera/1').error?.issues[0]?.message).toContain('belong in credentials');
  expect(parse('http://camera/1').success).toBe(false);
  expect(parse(`rtsp://camera/1\nfile '/etc/passwd'`).success).toBe(false);
});

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function read(pid: string, what: string): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Of all processes of this machine, as every user sees them. */
const commandLines = (): string[] => processes().map((pid) => read(pid, 'cmdline'));

const environmentsOf = (program: string): string[] =>
  processes()
    .filter((pid) => read(pid, 'cmdline').startsWith(program))
    .map((pid) => read(pid, 'environ'));
