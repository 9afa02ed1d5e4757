import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dashboardRoutes, LiveState, Pictures } from '../../src/dashboard/index.js';
import { HttpServer } from '../../src/http/index.js';
import { createLogger } from '../../src/logger.js';
import { findChromium, openBrowser, screenshot } from './browser.js';
import { model, result, status } from './results.js';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the live page in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let live: LiveState;
  let server: HttpServer;
  let page: Page;
  let complaints: string[];
  const picture = readFileSync(new URL('../../samples/belt/01-glass.jpg', import.meta.url));

  beforeAll(async () => {
    browser = await openBrowser(chromium ?? '');
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    live = new LiveState('desk');
    const pictures = new Pictures(async (_pipeline, { frame }) => ({
      frame: frame ?? 1,
      capturedAt: '2026-11-20T12:00:00.000Z',
      width: 640,
      height: 480,
      jpeg: picture,
    }));
    server = await HttpServer.start(
      {
        name: 'live page',
        address: { host: '127.0.0.1', port: 0 },
        maxConnections: 256,
        logger: createLogger({ name: 'page', level: 'silent' }),
      },
      dashboardRoutes(live, pictures),
    );
    page = await browser.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('blob:'))
        complaints.push(`it asked ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    await server.stop(500);
  });

  const open = () => page.goto(server.url);
  const card = (name: string) => page.getByRole('article', { name, exact: true });

  it('shows a result with its picture as soon as it is told of it', async () => {
    live.onStatus(status());
    await open();
    await card('belt-1').getByText('running').waitFor();
    for (let id = 1; id <= 3; id++) live.onResult(result(id));
    await card('belt-1').locator('.label', { hasText: 'glass' }).waitFor();
    await card('belt-1').getByRole('img', { name: 'Frame 3 of belt-1: glass 90.0 %' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('draws boxes where the result says, with their labels', async () => {
    await open();
    const predictions = [
      { label: 'person', confidence: 0.8, box: [0.25, 0.5, 0.1, 0.4] as [number, number, number, number] },
      { label: 'car', confidence: 0.7, box: [0.6, 0.1, 0.3, 0.2] as [number, number, number, number] },
    ];
    live.onResult(result(1, { predictions }));
    const rects = card('belt-1').locator('.boxes rect');
    await rects.nth(1).waitFor({ state: 'attached' });
    const frame = await card('belt-1').locator('.picture').boundingBox();
    for (const [index, { box }] of predictions.entries()) {
      const drawn = await rects.nth(index).boundingBox();
      if (!frame || !drawn) throw new Error('nothing is drawn');
      expect((drawn.x - frame.x) / frame.width).toBeCloseTo(box[0], 1);
      expect((drawn.y - frame.y) / frame.height).toBeCloseTo(box[1], 1);
      expect(drawn.width / frame.width).toBeCloseTo(box[2], 1);
      expect(drawn.height / frame.height).toBeCloseTo(box[3], 1);
    }
    await card('belt-1').getByText('person 80.0 %').waitFor();
    await card('belt-1').locator('.label', { hasText: 'person, car' }).waitFor();
    await screenshot(page, 'boxes');
  });

  it('shows a pipeline that stopped as stopped, and takes one away that is no more', async () => {
    live.onStatus(status());
    live.onStatus(status({ pipeline: 'belt-2' }));
    await open();
    await card('belt-1').getByText('running').waitFor();
    live.onStatus(status({ state: 'stopped' }));
    await card('belt-1').getByText('stopped').waitFor();
    await page.getByRole('log').getByText('belt-1 is stopped').waitFor({ state: 'attached' });
    live.onRemoved('belt-2');
    await card('belt-2').waitFor({ state: 'detached' });
  });

  it('shows how many samples are done, wait and were refused, where there are any', async () => {
    const vitals = { nucleus: 'connected', uptimeSeconds: 5, memoryMegabytes: 180 } as const;
    live.setVitals(vitals);
    await open();
    await page.getByText('180 MB').waitFor();
    expect(await page.getByText('feedback').count()).toBe(0);
    live.setVitals({ ...vitals, feedback: { done: 12, queued: 3, refused: 1, lost: 0 } });
    await page.getByText('12 done, 3 queued, 1 refused', { exact: true }).waitFor();
    live.setVitals({ ...vitals, feedback: { done: 12, queued: 3, refused: 1, lost: 2 } });
    await page.getByText('12 done, 3 queued, 1 refused, 2 lost', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows a fault in words with its remedy, and how often', async () => {
    await open();
    const fault = { code: 'SOURCE_EMPTY', message: 'The folder has no pictures.', remedy: 'Put one there.' };
    live.onFault('belt-1', fault);
    live.onFault('belt-1', fault);
    const faults = page.getByRole('region', { name: 'Faults of the last hour' });
    await faults.getByText('belt-1: SOURCE_EMPTY').waitFor();
    await faults.getByText('(2 times)').waitFor();
    await faults.getByText('→ Put one there.').waitFor();
    expect(await faults.getByRole('listitem').count()).toBe(1);
  });

  it('shows what rules did, and what became of it', async () => {
    await open();
    const action = { pipeline: 'belt-1', rule: 'open-glass', type: 'topic', summary: 'line1/gate' };
    live.onAction({ ...action, failure: undefined });
    live.onAction({ ...action, failure: 'The nucleus denies it.' });
    await card('belt-1').getByText('open-glass: topic line1/gate — The nucleus denies it.').waitFor();
    expect(await card('belt-1').locator('.actions li').count()).toBe(2);
  });

  it('takes markup in names, labels and messages for text', async () => {
    const markup = '<img src=x onerror=alert(1)>';
    live.onStatus(status({ pipeline: markup }));
    live.onResult(result(1, { pipeline: markup, predictions: [{ label: markup, confidence: 0.5 }] }));
    live.onFault(markup, { code: 'X', message: markup });
    await open();
    await page.getByRole('heading', { name: markup }).waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows the signals of a sensor with its anomaly instead of a picture', async () => {
    await open();
    for (let id = 1; id <= 40; id++) {
      const anomaly = id > 30;
      live.onResult(
        result(id, {
          pipeline: 'pump-1',
          predictions: [{ label: anomaly ? 'anomaly' : 'normal', confidence: 0.9, score: anomaly ? 3 : 0.5 }],
          frame: {
            id,
            capturedAt: '2026-11-20T12:00:00.000Z',
            from: '2026-11-20T11:59:00.000Z',
            to: '2026-11-20T12:00:00.000Z',
            samples: 60,
            channels: ['vibration', 'temperature'],
            last: [Math.sin(id / 3), 40 + id / 10],
            filled: 0,
          },
        }),
      );
    }
    await card('pump-1').locator('.signal canvas').waitFor();
    await card('pump-1').locator('.label', { hasText: 'anomaly' }).waitFor();
    expect(await card('pump-1').locator('.picture').isVisible()).toBe(false);
    await screenshot(page, 'sensor');
  });

  it('goes on when a browser disappears, and begins anew when the server was away', async () => {
    live.onStatus(status());
    await open();
    await page.getByText('live', { exact: true }).waitFor();
    const other = await browser.newPage();
    await other.goto(server.url);
    await other.close();
    live.onResult(result(1));
    await card('belt-1').locator('.label', { hasText: 'glass' }).waitFor();
  });

  it('serves fifty watchers at once', async () => {
    const streams = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await fetch(`${server.url}/events`);
        return response.body?.pipeThrough(new TextDecoderStream()).getReader();
      }),
    );
    live.onResult(result(1));
    for (const reader of streams) {
      let text = '';
      while (!text.includes('event: result')) text += (await reader?.read())?.value ?? '';
      await reader?.cancel();
    }
    await expect.poll(() => live.watched).toBe(false);
  });

  it.each([
    ['phone', 390, 844, 'light'],
    ['phone', 390, 844, 'dark'],
    ['desk', 1440, 900, 'light'],
    ['desk', 1440, 900, 'dark'],
  ] as const)('fits a %s of %i x %i, %s', async (name, width, height, colorScheme) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const to = { ...model, version: '1.1.0', digest: 'e'.repeat(64) };
    for (const pipeline of ['belt-1', 'belt-2']) {
      live.onStatus(status({ pipeline }));
      live.onStatus(status({ pipeline, model: to, event: { type: 'model-swapped', from: model, to } }));
    }
    live.onStatus(status({ pipeline: 'gate-camera', state: 'waiting', restarts: 3 }));
    live.onFault('gate-camera', {
      code: 'SOURCE_STALLED',
      message: 'The source gave no picture for 10 s.',
      remedy: 'Look at the cable.',
    });
    await open();
    for (let id = 1; id <= 60; id++) {
      const label = ['glass', 'paper', 'metal'][id % 3] ?? '';
      const predictions = [{ label, confidence: 0.7 + (id % 7) / 30 }];
      const decision = { rule: `open-${label}`, label, confidence: 0.9 };
      for (const pipeline of ['belt-1', 'belt-2'])
        live.onResult(result(id, { pipeline, predictions, decision }));
      if (id % 20 === 0) {
        live.onAction({
          pipeline: 'belt-1',
          rule: `open-${label}`,
          type: 'topic',
          summary: 'line1/gate',
          failure: undefined,
        });
        await page.waitForTimeout(500);
      }
    }
    await page.waitForTimeout(700);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    await screenshot(page, `${name}-${colorScheme}`);
  });
});
