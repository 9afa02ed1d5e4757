import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/cli/free-port.js';
import { Desk } from '../component/desk.js';
import { findChromium, openBrowser, screenshot } from './browser.js';

const chromium = findChromium();

describe('the live page and the metrics of a component at work', { timeout: 120_000 }, () => {
  let desk: Desk;
  let pagePort: number;
  let metricsPort: number;
  beforeEach(async () => {
    desk = await Desk.open();
    pagePort = await freePort('127.0.0.1', 0);
    metricsPort = await freePort('127.0.0.1', 0);
    await desk.run({
      ...desk.configuration(),
      dashboard: { enabled: true, port: pagePort },
      metrics: { enabled: true, port: metricsPort, cloudWatch: { enabled: true, intervalSeconds: 10 } },
      accessControl: {
        'aws.greengrass.ipc.pubsub': {
          'mli.Inference:pubsub:metrics': {
            operations: ['aws.greengrass#PublishToTopic'],
            resources: ['cloudwatch/metric/put'],
          },
        },
      },
    } as never);
    await desk.moreResults(2);
  });
  afterEach(() => desk.close());

  it.skipIf(chromium === undefined)(
    'shows a result within two seconds of being published, with its picture',
    async () => {
      const browser = await openBrowser(chromium ?? '');
      try {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${pagePort}`);
        await page.getByRole('img', { name: /^Frame \d+ of belt-1/ }).waitFor();
        await desk.moreResults(1);
        const frame = desk.results().at(-1)?.frame.id ?? 0;
        const shown = async () =>
          Number(/^#(\d+)/.exec((await page.locator('.picture figcaption').textContent()) ?? '')?.[1]);
        await expect.poll(shown, { timeout: 2000, interval: 50 }).toBeGreaterThanOrEqual(frame);
        await page.getByText('connected', { exact: true }).waitFor();
        await screenshot(page, 'component');
      } finally {
        await browser.close();
      }
    },
  );

  it('counts what it does, says that it is ready, and tells CloudWatch', async () => {
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${metricsPort}${path}`)).text();
    const text = await ask('/metrics');
    expect(Number(/^mli_results_total\{.*\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(2);
    expect(Number(/^mli_memory_bytes\{.*\} (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(30e6);
    expect(JSON.parse(await ask('/ready'))).toEqual({ ready: true, reasons: [] });
    await desk.until('a metric', () => desk.local.some(({ topic }) => topic === 'cloudwatch/metric/put'));
    const { message } = desk.local.find(({ topic }) => topic === 'cloudwatch/metric/put') ?? {};
    expect(message).toMatchObject({
      request: { namespace: 'GreengrassMLI', metricData: { unit: expect.any(String) as string } },
    });
  });

  it('works on when the port of the page is taken, and says so', async () => {
    const taken = await Desk.open();
    try {
      await taken.run({ ...taken.configuration(), dashboard: { enabled: true, port: pagePort } } as never);
      await taken.moreResults(2);
      await taken.until('the fault', () => taken.log.includes('HTTP_ADDRESS_UNUSABLE'));
      expect(taken.log).toContain(String(pagePort));
    } finally {
      await taken.close();
    }
  });
});
