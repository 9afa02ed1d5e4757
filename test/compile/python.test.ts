import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareEnvironment } from '../../src/compile/python/environment.js';
import { findPython } from '../../src/compile/python/find.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'mli-python-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in that answers as Python does when it is asked for its version. */
function pretend(file: string, answer: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('finding Python', () => {
  const search = (more: object = {}) => ({
    framework: 'MXNet',
    versions: ['3.8', '3.10'],
    environment: { PATH: path.join(folder, 'bin'), HOME: folder },
    ...more,
  });

  test('takes the preferred version, wherever it is', async () => {
    pretend(path.join(folder, 'bin/python3.10'), 'CPython 3.10.13');
    pretend(path.join(folder, '.pyenv/versions/3.8.9/bin/python'), 'CPython 3.8.9');
    const newest = pretend(path.join(folder, '.pyenv/versions/3.8.18/bin/python'), 'CPython 3.8.18');
    expect(await findPython(search())).toEqual({ executable: newest, version: '3.8' });
  });

  test('passes over what only has the name: a stand-in that fails, another implementation', async () => {
    pretend(path.join(folder, 'bin/python3.8'), 'PyPy 3.8.16');
    const other = pretend(path.join(folder, 'bin/python3'), 'CPython 3.10.13');
    expect(await findPython(search())).toEqual({ executable: other, version: '3.10' });
  });

  test('says which Python is needed where there is none, and offers Neo', async () => {
    await expect(findPython(search())).rejects.toMatchObject({
      code: 'COMPILE_PYTHON_MISSING',
      message: expect.stringContaining('Compiling MXNet models needs CPython 3.8 or 3.10') as string,
      remedy: expect.stringContaining('--neo') as string,
    });
  });

  test('refuses one that was named and is of another version', async () => {
    const named = pretend(path.join(folder, 'mine'), 'CPython 3.12.1');
    await expect(findPython(search({ python: named }))).rejects.toMatchObject({
      code: 'COMPILE_PYTHON_UNSUITABLE',
      message: expect.stringContaining('CPython 3.12.1') as string,
    });
  });
});

describe('making an environment', () => {
  const version = execFileSync('/usr/bin/python3', [
    '-c',
    'import sys; print("%d.%d" % sys.version_info[:2])',
  ])
    .toString()
    .trim();
  const prepare = (requirements: string, more: object = {}) => {
    writeFileSync(path.join(folder, 'requirements.txt'), requirements);
    const spec = {
      name: 'small',
      requirements: path.join(folder, 'requirements.txt'),
      pythons: [version],
      downloadMegabytes: 0,
    };
    const options = { python: '/usr/bin/python3', progress: () => undefined, cache: folder, ...more };
    return prepareEnvironment(spec, options);
  };
  const environments = () => readdirSync(path.join(folder, 'envs'));

  test(
    'makes it once for a list of packages, and another one for another list',
    { timeout: 120_000 },
    async () => {
      const lines: string[] = [];
      const progress = (text: string) => lines.push(text);
      const first = await prepare('# nothing\n', { progress });
      expect(existsSync(first)).toBe(true);
      expect(lines.join('\n')).toContain('making the Python environment small');
      lines.length = 0;
      expect(await prepare('# nothing\n', { progress })).toBe(first);
      expect(lines).toEqual([]);
      expect(await prepare('# something else\n')).not.toBe(first);
      expect(environments()).toHaveLength(2);
    },
  );

  test(
    'leaves nothing half done where a package cannot be had, and says what pip says',
    { timeout: 120_000 },
    async () => {
      await expect(prepare('./no-such-package-here\n')).rejects.toMatchObject({
        code: 'COMPILE_ENVIRONMENT_FAILED',
        details: {
          reason: expect.stringMatching(/^Invalid requirement: '.\/no-such-package-here'/) as string,
        },
      });
      expect(environments()).toEqual([]);
    },
  );

  test(
    'leaves nothing half done where it is interrupted, and removes what a killed one left',
    { timeout: 120_000 },
    async () => {
      await expect(prepare('# a\n', { signal: AbortSignal.timeout(300) })).rejects.toThrow();
      expect(environments()).toEqual([]);
      const whole = await prepare('# a\n');
      const abandoned = `${path.dirname(path.dirname(whole))}.making-999999999`;
      mkdirSync(abandoned);
      rmSync(path.dirname(path.dirname(whole)), { recursive: true });
      await prepare('# a\n');
      expect(existsSync(abandoned)).toBe(false);
    },
  );
});
