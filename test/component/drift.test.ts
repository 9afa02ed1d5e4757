import { copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { PipelineStatusMessage } from '../../src/status-message.js';
import { Desk } from './desk.js';

const samples = fileURLToPath(new URL('../../samples/belt/', import.meta.url));
let desk: Desk;
afterEach(() => desk.close());

/** What the component told of drift. */
const comparisons = () =>
  desk.local
    .filter(({ topic }) => topic === 'mli/status/desk')
    .map(({ message }) => (message as PipelineStatusMessage).event)
    .filter((event) => event.type === 'drift');

/** Puts pictures into the place of the two of the desk. */
async function show(...names: string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const to = path.join(desk.pictures, index === 0 ? 'a.jpg' : 'b.jpg');
    await copyFile(path.join(samples, name), `${to}.new`);
    await rename(`${to}.new`, to);
  }
}

describe('the drift of what a component sees', () => {
  it('raises the alarm on the status topic when other things come, also after a restart, and ends it', async () => {
    desk = await Desk.open();
    await show('01-glass.jpg', '09-glass.jpg');
    const drift = { reference: { samples: 50 }, windowSamples: 50, intervalSeconds: 1 };
    const source = { type: 'images', path: desk.pictures, intervalSeconds: 0.03 };
    const configuration = () => desk.configuration({ 'belt-1': { source, drift } });
    await desk.run(configuration());
    await desk.until('a comparison', () => comparisons().length > 0);
    expect(comparisons().every(({ alarm }) => !alarm)).toBe(true);
    expect(comparisons()[0]).toMatchObject({ samples: 50, referenceSamples: 50 });

    // The reference is on the disk: it is not made anew of what comes after a restart.
    await desk.stopComponent();
    await show('06-trash.jpg', '10-trash.jpg');
    const before = comparisons().length;
    await desk.run(configuration());
    await desk.until('the alarm', () => comparisons().at(-1)?.alarm === true);
    expect(comparisons()[before]?.labels).toBeGreaterThan(0.25);
    expect(desk.log).toContain('What the model sees has changed');

    await show('01-glass.jpg', '09-glass.jpg');
    await desk.until('its end', () => comparisons().at(-1)?.alarm === false);
    await rm(path.join(desk.pictures, 'work'), { recursive: true, force: true });
  }, 90_000);
});
