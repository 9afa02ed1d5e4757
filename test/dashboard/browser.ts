import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine; undefined where there is none, with the reason on the test's output. */
export function findChromium(): string | undefined {
  const found = candidates.find((file) => existsSync(file));
  if (!found)
    console.log(
      `Skipped: the tests of the live page need Chromium (apt-get install chromium), at one of ${candidates.join(', ')}`,
    );
  return found;
}

/** It asks nobody but the page: no look-ups, no updates. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...quiet, '--disable-component-update', '--disable-sync'],
  });
}

const output = fileURLToPath(new URL('../output/dashboard/', import.meta.url));

/** Keeps a picture of the page under test/output, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(output, { recursive: true });
  await page.screenshot({ path: path.join(output, `${name}.png`), fullPage: true });
}
