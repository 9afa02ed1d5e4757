// Makes docs/live-page.png: the demo's live page in a real Chromium (needs it on the PATH, and "npm run build" before).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const watchMs = 14_000;

const demo = spawn(process.execPath, [join(root, 'dist/main.js'), 'demo', '--seconds', '60'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).on('line', (line) => {
      const found = /The live page: (http\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    demo.once('exit', (code) => reject(new Error(`the demo ended with code ${code} and no page`)));
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0,
    args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  const page = await browser.newPage({ viewport: { width: 1200, height: 760 }, colorScheme: 'light' });
  for (let tries = 0; tries < 50; tries++) {
    if (await page.goto(address).catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await page.waitForTimeout(watchMs);
  await page.screenshot({ path: join(root, 'docs/live-page.png') });
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
}
console.log('docs/live-page.png written');
