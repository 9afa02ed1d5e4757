import { describe, expect, it } from 'vitest';
import { failureText, readOptions } from '../../scripts/setup/cli.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { unsupported } from '../../scripts/setup/machine.mjs';
import { nodeTooOld } from '../../scripts/setup/node-version.mjs';
import { cacheDir, libdlrPath } from '../../scripts/setup/paths.mjs';
import { elapsedText, Report } from '../../scripts/setup/report.mjs';

describe('arguments', () => {
  it('name a purpose, and steps in lists or repeated', () => {
    const options = readOptions(['--for', 'test', '--force', 'opencv,addon', '--force', 'dist']);
    expect(options).toMatchObject({
      purpose: 'test',
      dryRun: false,
      forced: new Set(['opencv', 'addon', 'dist']),
    });
  });

  it.each([
    [['--for', 'fun'], /“fun”.*demo, test, bench, build/],
    [['--force', 'opencv,all'], /“all”.*machine, apt/],
    [['--quick'], /--quick/],
  ])('%j are refused with the choices', (argv, message) => {
    expect(() => readOptions(argv)).toThrow(message);
  });
});

describe('the machine', () => {
  const debian = { platform: 'linux', arch: 'x64', glibc: '2.36' };

  it('may be Linux with glibc on x64 or arm64', () => {
    expect(unsupported(debian)).toBeNull();
    expect(unsupported({ ...debian, arch: 'arm64' })).toBeNull();
  });

  it.each([
    [{ platform: 'darwin' }, /darwin/],
    [{ arch: 'arm' }, /arm; x64 and arm64/],
    [{ glibc: undefined }, /musl/],
  ])('%j is refused', (change, message) => {
    expect(unsupported({ ...debian, ...change })?.message).toMatch(message);
  });

  it('has Node 20.17 or later', () => {
    expect(['20.17.0', '20.20.2', '22.0.0'].map(nodeTooOld)).toEqual([null, null, null]);
    expect(nodeTooOld('20.16.9')).toMatch(/20\.16\.9.*20\.17/);
    expect(nodeTooOld('18.20.0')).toMatch(/18\.20/);
  });
});

describe('paths', () => {
  it('prefer MLI_CACHE_DIR to XDG_CACHE_HOME, and count an empty variable as unset', () => {
    expect(cacheDir({ MLI_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheDir({ MLI_CACHE_DIR: '', XDG_CACHE_HOME: '/b' })).toBe('/b/greengrass-mli');
    expect(cacheDir({})).toMatch(/\/\.cache\/greengrass-mli$/);
  });

  it('have a libdlr on arm64 only when one is configured', () => {
    expect(libdlrPath({ MLI_CACHE_DIR: '/a' }, 'x64')).toBe('/a/libdlr-1.6.0/libdlr.so');
    expect(libdlrPath({ MLI_CACHE_DIR: '/a' }, 'arm64')).toBeUndefined();
    expect(libdlrPath({ MLI_LIBDLR: '/opt/libdlr.so' }, 'arm64')).toBe('/opt/libdlr.so');
  });
});

describe('what is printed', () => {
  it('keeps ready steps to itself until a step has something to do', () => {
    let text = '';
    const report = new Report('set-up', { write: (more: string) => (text += more) });
    report.ready('machine');
    expect(text).toBe('');
    report.begin('npm', 'install packages');
    report.progress(0.42);
    report.progress(0.44);
    report.end();
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('set-up');
    expect(lines[1]).toMatch(/^ {2}machine +ready$/);
    expect(lines.slice(2).map((line) => line.trim().split(/ {2,}/).slice(1).join(' '))).toEqual([
      'install packages ...',
      '42 % after 0.0 s',
      'install packages: done',
    ]);
  });

  it('names step, reason, last lines, log and remedy of a failure', () => {
    const failure = Object.assign(
      new SetupFailure('ninja ended with code 1', { tail: ['error: x'], log: '/l', remedy: 'do y' }),
      {
        step: 'opencv',
      },
    );
    const text = failureText(failure);
    for (const part of ['opencv: ninja ended with code 1', 'error: x', '/l', 'do y'])
      expect(text).toContain(part);
  });

  it('gives times as a person reads them', () => {
    expect([340, 12_400, 364_000].map(elapsedText)).toEqual(['0.3 s', '12 s', '6 min 4 s']);
  });
});
