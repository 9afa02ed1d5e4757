import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpSource } from '../../src/config/camera.js';
import { describeError } from '../../src/errors/index.js';
import { createLogger } from '../../src/logger.js';
import { authorize } from '../../src/sources/http/authorization.js';
import { createSource } from '../../src/sources/index.js';
import { jpeg } from './pictures.js';

const never = new AbortController().signal;
const logger = createLogger({ name: 'test', level: 'silent' });
const picture = jpeg(64, 48, [1, 2, 3]);
let server: Server;
let base: string;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const field = (header: string, name: string) => new RegExp(`${name}="?([^",]*)`).exec(header)?.[1] ?? '';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers.authorization ?? '';
  const allow = (allowed: boolean, challenge: string) => {
    if (allowed) response.end(picture);
    else response.writeHead(401, { 'www-authenticate': challenge }).end();
  };
  switch (request.url ?? '') {
    case '/open':
      response.end(picture);
      break;
    case '/basic':
      allow(given === `Basic ${btoa('operator:s3cr3t')}`, 'Basic realm="camera"');
      break;
    case '/digest': {
      const secret = md5('operator:cam, "1":s3cr3t');
      const parts = ['nonce', 'nc', 'cnonce', 'qop'].map((name) => field(given, name));
      const wanted = md5([secret, ...parts, md5('GET:/digest')].join(':'));
      allow(
        given !== '' && field(given, 'response') === wanted,
        'Basic realm="x", Digest realm="cam, \\"1\\"", nonce="abc", qop="auth,auth-int", algorithm=MD5',
      );
      break;
    }
    case '/bearer':
      allow(given === 'Bearer t0ken', 'Bearer');
      break;
    case '/here':
      response.writeHead(302, { location: '/open' }).end();
      break;
    case '/away':
      response.writeHead(302, { location: 'http://localhost:1/open' }).end();
      break;
    case '/endless':
      response.writeHead(302, { location: '/endless' }).end();
      break;
    case '/text':
      response.end('<html>');
      break;
    case '/large':
      response.write(Buffer.alloc(200_000));
      break;
    case '/silent':
      break;
    default:
      response.writeHead(404).end();
  }
}

beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    TEST_HTTP_USER: 'operator',
    TEST_HTTP_PASSWORD: 's3cr3t',
    TEST_HTTP_TOKEN: 't0ken',
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const signIn = { from: 'environment', user: 'TEST_HTTP_USER', password: 'TEST_HTTP_PASSWORD' };

async function get(path: string, options: object = {}): Promise<string> {
  const config = httpSource.parse({ type: 'http', url: base + path, ...options });
  const source = createSource(config, { minWidth: 32, minHeight: 32, logger });
  try {
    const frame = await source.next(never);
    if (!frame || !('picture' in frame)) return 'nothing';
    frame.picture.release();
    return `${frame.width}x${frame.height}`;
  } catch (error) {
    return describeError(error);
  } finally {
    await source.stop();
  }
}

it('a picture is fetched, signed in as the camera asks for', async () => {
  expect(await get('/open')).toBe('64x48');
  expect(await get('/basic', { credentials: signIn })).toBe('64x48');
  expect(await get('/digest', { credentials: signIn })).toBe('64x48');
  expect(await get('/bearer', { credentials: { from: 'environment', token: 'TEST_HTTP_TOKEN' } })).toBe(
    '64x48',
  );
});

it('wrong or missing credentials are told without being shown', async () => {
  for (const path of ['/basic', '/digest', '/bearer']) expect(await get(path)).toContain('401 Unauthorized');
  const wrong = { ...signIn, user: 'TEST_HTTP_TOKEN' };
  for (const path of ['/basic', '/digest']) {
    const said = await get(path, { credentials: wrong });
    expect(said).toContain('401 Unauthorized');
    expect(said).not.toMatch(/s3cr3t|t0ken/);
  }
});

it('redirects are followed on the same host only, and not for ever', async () => {
  expect(await get('/here')).toBe('64x48');
  expect(await get('/away')).toContain('another host');
  expect(await get('/endless')).toContain('redirects more than 3 times');
});

it('what is no picture, too large, too slow or not there is told', async () => {
  expect(await get('/text')).toContain('it is no picture that can be used');
  expect(await get('/large', { maxMegabytes: 0.1 })).toContain('source.maxMegabytes');
  expect(await get('/silent', { timeoutSeconds: 0.2 })).toContain('no picture within 0.2 s');
  expect(await get('/none')).toContain('404 Not Found');
  expect(await get('', { url: 'http://127.0.0.1:1/x' })).toContain('cannot be reached');
});

it('Digest is computed as the example of RFC 7616 has it', () => {
  const challenge =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const user = { user: 'Mufasa', password: 'Circle of Life' };
  const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  expect(authorize([challenge], user, '/dir/index.html', clientNonce)).toContain(
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  );
});
