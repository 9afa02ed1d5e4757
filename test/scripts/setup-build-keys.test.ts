import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfSources } from '../../scripts/setup/digest.mjs';
import { headersVersion } from '../../scripts/setup/node-headers.mjs';
import { opencvFlags, opencvKey } from '../../scripts/setup/opencv-recipe.mjs';
import { isStamped, writeStamp } from '../../scripts/setup/stamp.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mli-setup-'));
  mkdirSync(join(root, 'native', 'dlr'), { recursive: true });
  writeFileSync(join(root, 'native', 'addon.cc'), 'one');
  writeFileSync(join(root, 'native', 'dlr', 'library.cc'), 'two');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the name of an OpenCV build', () => {
  it('changes with the processor and with the compiler', () => {
    const names = [opencvKey('x64', '12'), opencvKey('x64', '13'), opencvKey('arm64', '12')];
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toMatch(/^opencv-4\.14\.0-[0-9a-f]{12}-x64$/);
  });

  it('rests on flags that choose NEON and nothing else on arm64', () => {
    expect(opencvFlags('arm64')).toEqual(expect.arrayContaining(['-DCPU_BASELINE=NEON', '-DCPU_DISPATCH=']));
    expect(opencvFlags('x64')).toContain('-DCPU_DISPATCH=AVX2,AVX512_SKX');
  });
});

describe('the digest of sources', () => {
  const digest = () => digestOfSources(root, ['native'], ['8.9.2']);

  it('stays when only times change, as in a fresh checkout', () => {
    const before = digest();
    utimesSync(join(root, 'native', 'addon.cc'), 1, 1);
    expect(digest()).toBe(before);
  });

  it.each([
    [
      'a byte in a folder inside changes',
      () => writeFileSync(join(root, 'native', 'dlr', 'library.cc'), 'twO'),
    ],
    ['a file is added', () => writeFileSync(join(root, 'native', 'empty.h'), '')],
    ['a file is removed', () => rmSync(join(root, 'native', 'addon.cc'))],
  ])('changes when %s', (_, change) => {
    const before = digest();
    change();
    expect(digest()).not.toBe(before);
  });
});

describe('a stamp', () => {
  const binary = () => join(root, 'native', 'addon.cc');

  it('holds for the very file that was verified', () => {
    writeStamp(root, 'addon', 'key', binary());
    expect(isStamped(root, 'addon', 'key', binary())).toBe(true);
  });

  it('does not hold for other sources, a file that was replaced, or a stamp that was cut off', () => {
    expect(isStamped(root, 'addon', 'key', binary())).toBe(false);
    writeStamp(root, 'addon', 'key', binary());
    expect(isStamped(root, 'addon', 'other', binary())).toBe(false);
    utimesSync(binary(), 1, 1);
    expect(isStamped(root, 'addon', 'key', binary())).toBe(false);
    writeFileSync(join(root, 'node_modules', '.setup', 'addon.json'), '{"key":');
    expect(isStamped(root, 'addon', 'key', binary())).toBe(false);
  });
});

describe('the version of Node headers', () => {
  it('is read from node_version.h, the binary interface from its default and not from an override', () => {
    const text = [
      '#define NODE_MAJOR_VERSION 22',
      '#define NODE_MINOR_VERSION 23',
      '#define NODE_PATCH_VERSION 3',
      '#define NODE_MODULE_VERSION NODE_EMBEDDER_MODULE_VERSION',
      '# define NODE_MODULE_VERSION 127',
    ].join('\n');
    expect(headersVersion(text)).toEqual({ version: '22.23.3', moduleVersion: '127' });
  });
});
