import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpServer, readToken, type HttpServerOptions } from '../../src/http/index.js';
import { createLogger } from '../../src/logger.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const loopback = { host: '127.0.0.1', port: 0 };
let folder: string;
let server: HttpServer | undefined;
let release: (() => void) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-http-'));
});
afterEach(async () => {
  release?.();
  await server?.stop(100);
  server = undefined;
  await rm(folder, { recursive: true });
});

const app = new Hono();
app.get('/hello', (context) => context.text('hello'));
app.get('/fails', () => {
  throw new Error('secret reason');
});
app.get('/slow', async (context) => {
  await new Promise<void>((resolve) => (release = resolve));
  return context.text('at last');
});
app.post('/length', async (context) =>
  context.json({ length: (await context.req.arrayBuffer()).byteLength }),
);

async function start(options: Partial<HttpServerOptions> = {}): Promise<string> {
  server = await HttpServer.start({ name: 'test server', address: loopback, logger, ...options }, app);
  return server.url;
}

/** Node's own client: fetch does not let a Host header through. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socketPath = url.startsWith('/') ? url : undefined;
    const target = socketPath === undefined ? url : 'http://any/hello';
    const sent = request(
      target,
      { headers, ...(socketPath && { socketPath }) },
      (response: IncomingMessage) => {
        let body = '';
        response.on('data', (text) => (body += String(text)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

describe('on loopback', () => {
  it('serves the routes of the app, and says what it does not have', async () => {
    const url = await start();
    expect(await get(`${url}/hello`)).toEqual({ status: 200, body: 'hello' });
    expect(await get(`${url}/other`)).toEqual({
      status: 404,
      body: '{"error":"There is nothing at /other."}',
    });
  });

  it('answers a failure without its reason, and goes on', async () => {
    const url = await start();
    const { status, body } = await get(`${url}/fails`);
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    expect((await get(`${url}/hello`)).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'a b', '[::1]evil'])(
    'refuses the host %j, which DNS rebinding would send',
    async (host) => {
      const url = await start();
      expect((await get(`${url}/hello`, { host })).status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8000', '[::1]:8000'])(
    'serves the host %j',
    async (host) => {
      const url = await start();
      expect((await get(`${url}/hello`, { host })).status).toBe(200);
    },
  );

  it('refuses what a page of another site sends, and serves its own page', async () => {
    const url = await start();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect((await get(`${url}/hello`, { origin })).status, origin).toBe(403);
    expect((await get(`${url}/hello`, { origin: url })).status).toBe(200);
  });

  it('refuses bodies above the limit, announced or not', async () => {
    const url = await start({ maxBodyBytes: 1000 });
    const post = async (body: Uint8Array | ReadableStream) =>
      fetch(`${url}/length`, { method: 'POST', body, duplex: 'half' } as object);
    expect(await (await post(new Uint8Array(1000))).json()).toEqual({ length: 1000 });
    expect((await post(new Uint8Array(1001))).status).toBe(413);
    const chunks = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 11; count++) controller.enqueue(new Uint8Array(100));
        controller.close();
      },
    });
    expect((await post(chunks)).status).toBe(413);
  });

  it('outlives bodies that are cut off, noise, and connections that say nothing', async () => {
    const url = await start();
    const { port } = new URL(url);
    for (const text of [
      'POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc',
      'GET /hello HT',
      '\0\x01\x02\xff\r\n\r\n',
      '',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      await sleep(50);
      socket.destroy();
    }
    expect((await get(`${url}/hello`)).status).toBe(200);
  });

  it('closes what comes above the number of connections', async () => {
    const url = await start({ maxConnections: 2 });
    const { port } = new URL(url);
    const sockets = [1, 2].map(() => connect(Number(port), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await expect(get(`${url}/hello`)).rejects.toThrow();
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await get(`${url}/hello`).catch(() => ({ status: 0 }))).status).toBe(200);
  });

  it('lets the request under way end when it stops, and takes no other', async () => {
    const url = await start();
    const slow = get(`${url}/slow`);
    await expect.poll(() => release).toBeDefined();
    const stopping = server?.stop();
    await expect(get(`${url}/hello`)).rejects.toThrow();
    release?.();
    expect((await slow).body).toBe('at last');
    await stopping;
  });

  it('cuts off at the limit what does not end', async () => {
    const url = await start();
    const slow = get(`${url}/slow`);
    slow.catch(() => undefined);
    await expect.poll(() => release).toBeDefined();
    await server?.stop(50);
    await expect(slow).rejects.toThrow();
  });

  it('says which address is taken', async () => {
    const url = await start();
    const port = Number(new URL(url).port);
    const second = HttpServer.start({ name: 'second', address: { host: '127.0.0.1', port }, logger }, app);
    await expect(second).rejects.toMatchObject({
      code: 'HTTP_ADDRESS_UNUSABLE',
      message: expect.stringContaining(`127.0.0.1:${port}`) as unknown,
    });
  });
});

describe('with a token', () => {
  it('serves only who brings it', async () => {
    const url = await start({ token: 'correct-horse-battery' });
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic correct-horse-battery' },
    ] as Record<string, string>[])
      expect((await get(`${url}/hello`, headers)).status).toBe(401);
    expect((await get(`${url}/hello`, { authorization: 'Bearer correct-horse-battery' })).status).toBe(200);
  });

  it('reads it from a file that is the own one, and long enough', async () => {
    const file = path.join(folder, 'token');
    await writeFile(file, 'correct-horse-battery\n', { mode: 0o600 });
    expect(await readToken(file)).toBe('correct-horse-battery');
    await chmod(file, 0o644);
    await expect(readToken(file)).rejects.toMatchObject({ code: 'HTTP_TOKEN_UNUSABLE' });
    await chmod(file, 0o600);
    for (const text of ['short', 'two words that are long', '']) {
      await writeFile(file, text);
      await expect(readToken(file)).rejects.toMatchObject({ code: 'HTTP_TOKEN_UNUSABLE' });
    }
    await expect(readToken(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'HTTP_TOKEN_UNUSABLE' });
  });
});

describe('on a Unix socket', () => {
  it('serves under any host, is closed to other users, and leaves nothing behind', async () => {
    const socket = path.join(folder, 'http.sock');
    const url = await start({ address: { socket } });
    expect(await get(url, { host: 'anything' })).toEqual({ status: 200, body: 'hello' });
    expect((await stat(socket)).mode & 0o777).toBe(0o660);
    await server?.stop();
    await expect(stat(socket)).rejects.toThrow();
  });

  it('touches nothing else at its path', async () => {
    const socket = path.join(folder, 'file');
    await writeFile(socket, 'of value');
    await expect(start({ address: { socket } })).rejects.toMatchObject({ code: 'HTTP_ADDRESS_UNUSABLE' });
  });
});
