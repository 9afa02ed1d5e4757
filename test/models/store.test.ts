import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino, type Logger } from 'pino';
import { readStore, type StoreEntry } from '../../src/models/store.js';
import { compareVersions } from '../../src/models/version.js';

const register = path.resolve('scripts/package/register.sh');
let device: string;
let work: string;
let lines: { level: number; reason?: string; file?: string }[];
let logger: Logger;

beforeEach(() => {
  device = mkdtempSync(path.join(tmpdir(), 'mli store-')); // with a space, as a path may have
  work = path.join(device, 'work');
  mkdirSync(work);
  lines = [];
  logger = pino(
    { level: 'debug' },
    { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
  );
});
afterEach(() => rmSync(device, { recursive: true }));

/** Lays out an unpacked artifact as a nucleus does and runs its install step. */
function install(
  component: string,
  version: string,
  args: [string, string, string, string],
  files: Record<string, string>,
): string {
  const home = path.join(device, 'packages/artifacts-unarchived', component, version, 'archive');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), content);
  }
  mkdirSync(home, { recursive: true });
  copyFileSync(register, path.join(home, 'register.sh'));
  mkdirSync(path.join(work, component), { recursive: true });
  const [kind, name, file, architecture] = args;
  const own = `${path.join(work, component)}/`; // nucleus lite ends {work:path} with a slash
  const said = execFileSync(
    'sh',
    [path.join(home, 'register.sh'), kind, name, component, file, architecture, own],
    { stdio: 'pipe' },
  );
  expect(said.toString()).toContain('register.sh: ');
  return home;
}

const installModel = (component: string, version: string, content = version) =>
  install(component, version, ['model', 'sorter', 'sorter/model.json', 'any'], {
    'sorter/model.json': content,
  });

const write = (component: string, name: string, text: string) => {
  const folder = path.join(work, component, 'mli-store');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const entry = (over: Partial<Record<keyof StoreEntry, unknown>> = {}): string =>
  JSON.stringify({
    kind: 'model',
    name: 'm',
    component: 'a.B',
    version: '1.0.0',
    folder: '/',
    sha256: '0'.repeat(64),
    architecture: 'any',
    ...over,
  });

describe('the store', () => {
  it('is empty where no component registered anything, and where the work root is missing', async () => {
    expect(await readStore(work, logger)).toEqual([]);
    expect(await readStore(path.join(work, 'absent'), logger)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('has what the install steps of a model and of a runtime registered', async () => {
    const model = installModel('mli.model.Sorter', '1.2.3');
    const runtime = install('mli.runtime.DLR', '0.1.0', ['runtime', 'dlr', 'libdlr.so', 'x64'], {
      'libdlr.so': 'elf',
    });
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await readStore(work, logger)).toEqual([
      {
        kind: 'model',
        name: 'sorter',
        component: 'mli.model.Sorter',
        version: '1.2.3',
        folder: path.join(model, 'sorter'),
        sha256: digest('1.2.3'),
        architecture: 'any',
      },
      {
        kind: 'runtime',
        name: 'dlr',
        component: 'mli.runtime.DLR',
        version: '0.1.0',
        folder: runtime,
        sha256: digest('elf'),
        architecture: 'x64',
      },
    ]);
    expect(readdirSync(path.join(work, 'mli.model.Sorter/mli-store'))).toEqual(['sorter.json']);
  });

  it('follows a component to its new version, and back to an older one', async () => {
    for (const version of ['1.0.0', '1.10.0', '1.9.0']) {
      installModel('mli.model.Sorter', version);
      expect((await readStore(work, logger)).map((one) => one.version)).toEqual([version]);
    }
  });

  it('prefers the newest version when two components bring the same model', async () => {
    installModel('mli.model.New', '1.10.0');
    installModel('mli.model.Old', '1.9.0');
    expect(await readStore(work, logger)).toMatchObject([{ component: 'mli.model.New', version: '1.10.0' }]);
  });

  it('leaves out what lies no longer on the disk', async () => {
    rmSync(installModel('mli.model.Sorter', '1.0.0'), { recursive: true });
    expect(await readStore(work, logger)).toEqual([]);
    expect(lines.map(({ level }) => level)).toEqual([20]);
  });

  it('forgets a runtime whose new version brings no library', async () => {
    install('mli.runtime.DLR', '1.0.0', ['runtime', 'dlr', 'libdlr.so', 'arm64'], { 'libdlr.so': 'elf' });
    install('mli.runtime.DLR', '1.0.1', ['runtime', 'dlr', 'libdlr.so', 'arm64'], {});
    expect(await readStore(work, logger)).toEqual([]);
  });

  it.each([
    ['half a file', '{"kind":"mo', /JSON/],
    ['an unknown key', entry({ extra: 1 } as never), /extra/],
    ['a relative folder', entry({ folder: '../x' }), /folder: must be an absolute path/],
    ['a wrong digest', entry({ sha256: 'abc' }), /sha256: must be a SHA-256 digest/],
    ['a name with a slash', entry({ name: '../m' }), /name/],
    [
      'the name of another component',
      entry({ component: 'c.D' }),
      /names the component c\.D, in the folder of a\.B/,
    ],
    ['far too many bytes', `${entry()}${' '.repeat(20_000)}`, /at most 16384/],
  ])('skips a registration with %s, with a warning, and reads the others', async (_, text, reason) => {
    write('a.B', 'bad.json', text);
    write('a.B', 'good.json', entry({ name: 'good' }));
    expect((await readStore(work, logger)).map((one) => one.name)).toEqual(['good']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, file: path.join(work, 'a.B/mli-store/bad.json') });
    expect(lines[0]?.reason).toMatch(reason);
  });

  it('does not read a registration that is still being written', async () => {
    write('a.B', '.m.json.123', '{"kind":');
    expect(await readStore(work, logger)).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe('the install step', () => {
  const run = (...args: string[]) => execFileSync('sh', [register, ...args], { stdio: 'pipe' });

  it.each([
    ['too few arguments', ['model'], /got 1 arguments/],
    ['an unknown kind', ['code', 'm', 'a.B', 'f', 'any', '/w'], /the kind is code/],
    ['an unknown architecture', ['model', 'm', 'a.B', 'f', 'mips', '/w'], /the architecture is mips/],
    ['a name that is a path', ['model', '../m', 'a.B', 'f', 'any', '/w'], /has a character/],
    [
      'a model that is not there',
      ['model', 'm', 'a.B', 'f/model.json', 'any', '/w'],
      /the archive is not whole/,
    ],
  ])('refuses %s and says why', (_, args, message) => {
    expect(() => run(...args)).toThrow(message);
  });
});

describe('the order of versions', () => {
  it('is that of semver.org, section 11', () => {
    const sorted = [
      'x',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.9.0',
      '1.10.0',
      '2.0.0',
    ];
    for (const [index, version] of sorted.entries()) {
      for (const [place, other] of sorted.entries()) {
        expect(Math.sign(compareVersions(version, other)), `${version} against ${other}`).toBe(
          Math.sign(index - place),
        );
      }
    }
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
  });
});
