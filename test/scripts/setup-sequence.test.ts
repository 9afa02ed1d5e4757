import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { lockCache } from '../../scripts/setup/lock.mjs';
import { Report } from '../../scripts/setup/report.mjs';
import { runSteps } from '../../scripts/setup/sequence.mjs';

let cache: string;
let printed: string;
let done: string[];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'mli-setup-'));
  printed = '';
  done = [];
});
afterEach(() => rmSync(cache, { recursive: true }));

const setup = (forced: string[] = []) => ({
  root: cache,
  cache,
  arch: 'x64' as const,
  purpose: 'test',
  forced: new Set(forced),
  report: new Report('title', { write: (text: string) => (printed += text) }),
});

/** A step whose result is a file, made once. */
const fileStep = (name: string, fail?: () => never) => ({
  name,
  needed: () => (existsSync(join(cache, name)) ? null : `make ${name}`),
  run: () => {
    fail?.();
    writeFileSync(join(cache, name), '');
    done.push(name);
  },
  verify: () => undefined,
});
const lock = () => lockCache(cache, () => undefined);

describe('a sequence of steps', () => {
  it('does what is missing, once, and says nothing the second time', async () => {
    const steps = [fileStep('a'), fileStep('b')];
    await runSteps(steps, setup(), lock);
    expect(done).toEqual(['a', 'b']);
    expect(printed).toContain('make b: done');
    printed = '';
    await runSteps(steps, setup(), () =>
      Promise.reject(new Error('no lock is needed when nothing is to be done')),
    );
    expect(done).toEqual(['a', 'b']);
    expect(printed).toBe('');
  });

  it('does a forced step again', async () => {
    await runSteps([fileStep('a')], setup(), lock);
    await runSteps([fileStep('a')], setup(['a']), lock);
    expect(done).toEqual(['a', 'a']);
  });

  it('does not do what another set-up did while it waited for the lock', async () => {
    await runSteps([fileStep('a')], setup(), () => {
      writeFileSync(join(cache, 'a'), 'by the other one');
      return Promise.resolve(() => undefined);
    });
    expect(done).toEqual([]);
  });

  it('stops at the step that fails, names it, and releases the lock', async () => {
    const full = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    const run = runSteps([fileStep('a'), fileStep('b', full), fileStep('c')], setup(), lock);
    await expect(run).rejects.toThrow(/no space left/);
    await expect(run.catch((error: unknown) => ({ ...(error as object) }))).resolves.toMatchObject({
      step: 'b',
      remedy: expect.stringContaining('MLI_CACHE_DIR') as string,
    });
    expect(done).toEqual(['a']);
    expect(printed).toContain('make b: failed');
    (await lock())();
  });

  it('clears what an interrupted set-up left in the work folder', async () => {
    mkdirSync(join(cache, 'work', 'opencv'), { recursive: true });
    await runSteps([fileStep('a')], setup(), lock);
    expect(existsSync(join(cache, 'work'))).toBe(false);
  });
});

describe('the lock of a cache', () => {
  it('is held by one at a time; the second is told that it waits', async () => {
    const release = await lock();
    const order: string[] = [];
    const second = lockCache(cache, () => {
      order.push('waits');
      setTimeout(() => {
        order.push('released');
        release();
      }, 200);
    }).then((held) => {
      order.push('held');
      return held;
    });
    (await second)();
    expect(order).toEqual(['waits', 'released', 'held']);
  });

  it('is free again when its holder is killed', async () => {
    const script = `import { lockCache } from ${JSON.stringify(new URL('../../scripts/setup/lock.mjs', import.meta.url).href)};
      await lockCache(${JSON.stringify(cache)}, () => undefined);
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(signal).toBe('SIGKILL');
    (await lock())();
  });

  it('cannot be had in a folder that is no folder', async () => {
    writeFileSync(join(cache, 'file'), '');
    const failure = lockCache(join(cache, 'file', 'inside'), () => undefined);
    await expect(failure).rejects.toBeInstanceOf(SetupFailure);
    await expect(failure).rejects.toHaveProperty('remedy', expect.stringContaining('MLI_CACHE_DIR'));
  });
});
