import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import {
  browserToken,
  dashboardRoutes,
  LiveState,
  Pictures,
  type AskForPicture,
} from '../../src/dashboard/index.js';
import { EdgeError } from '../../src/errors/index.js';
import { result } from './results.js';

const jpeg = new Uint8Array([0xff, 0xd8, 0xff]);
const answer: AskForPicture = async (_pipeline, { frame }) => ({
  frame: frame ?? 1,
  capturedAt: '2026-11-20T12:00:00.000Z',
  width: 640,
  height: 480,
  jpeg,
});

function page(ask: AskForPicture = answer) {
  const live = new LiveState('desk');
  return { live, app: dashboardRoutes(live, new Pictures(ask)) };
}

describe('the routes of the live page', () => {
  it('serves the page with a policy that lets in nothing from elsewhere', async () => {
    const { app } = page();
    const response = await app.request('/');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(await response.text()).not.toMatch(/https?:\/\/|<script>|style="|onclick/);
  });

  it('weighs at most 150 KB with everything that the page loads', async () => {
    const { app } = page();
    const html = await (await app.request('/')).text();
    const seen = new Set<string>(['index.html']);
    let bytes = html.length;
    const load = async (text: string): Promise<void> => {
      for (const [, name = ''] of text.matchAll(/(?:(?:src|href)="|from '\.\/)([\w.-]+)["']/g)) {
        if (seen.has(name)) continue;
        seen.add(name);
        const body = await (await app.request(`/${name}`)).text();
        bytes += Buffer.byteLength(body);
        await load(body);
      }
    };
    await load(html);
    expect(seen.size).toBeGreaterThan(8);
    expect(bytes).toBeLessThanOrEqual(150_000);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/page.js/../../main.js',
    '/index.html%00',
    '/live-state.js',
  ])('serves no other file: %s', async (path) => {
    const { app } = page();
    expect((await app.request(path)).status).toBe(404);
  });

  it('encodes a picture once, however many look', async () => {
    let asked = 0;
    const { app } = page(async (...request) => {
      asked++;
      return answer(...request);
    });
    const responses = await Promise.all(
      Array.from({ length: 50 }, async () => app.request('/pictures/belt-1?frame=7&width=640')),
    );
    expect(asked).toBe(1);
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(response.headers.get('mli-frame')).toBe('7');
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(jpeg);
    }
  });

  it.each([
    ['frame=0', 'frame must be'],
    ['frame=x', 'frame must be'],
    ['frame=1&width=9', 'width must be 160 to 1920'],
    ['frame=1&width=NaN', 'width must be'],
  ])('says what is wrong with a request for a picture: %s', async (query, message) => {
    const { app } = page();
    const response = await app.request(`/pictures/belt-1?${query}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });

  it('says why there is no picture, and asks again the next time', async () => {
    let asked = 0;
    const { app } = page(() => {
      asked++;
      return Promise.reject(new EdgeError('SOURCE_STALLED', { seconds: 10 }));
    });
    for (const times of [1, 2]) {
      const response = await app.request('/pictures/belt-1?frame=1');
      expect(response.status).toBe(404);
      expect(await response.text()).toMatch(/10/);
      expect(asked).toBe(times);
    }
  });

  it('streams the snapshot first, then what happens, as server-sent events', async () => {
    const { app, live } = page();
    live.onResult(result(1));
    const response = await app.request('/events');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader?.read())?.value ?? '';
    expect(first).toMatch(/^event: snapshot\ndata: {"thing":"desk"/);
    live.onResult(result(2));
    let text = '';
    while (!text.includes('"frame":2')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain('event: result');
    await reader?.cancel();
    live.onResult(result(3));
    await expect.poll(() => live.watched).toBe(false);
  });
});

describe('the token of a browser', () => {
  const app = new Hono();
  app.use(browserToken((given) => given === 'right-token-0123456789'));
  app.get('/', (context) => context.text('page'));

  it('refuses who has none, or a wrong one, and says where it goes', async () => {
    for (const path of ['/', '/?token=wrong']) {
      const response = await app.request(path);
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('/?token=');
    }
  });

  it('turns the token in the address into a cookie, and takes it out of the address', async () => {
    const response = await app.request('/?token=right-token-0123456789');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const again = await app.request('/', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(again.status).toBe(200);
  });

  it('takes it as a bearer token from programs', async () => {
    const headers = { authorization: 'Bearer right-token-0123456789' };
    expect((await app.request('/', { headers })).status).toBe(200);
  });
});
