import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileTree } from '../../scripts/package/file-tree.mjs';
import { writeZip } from '../../scripts/package/zip.mjs';

/** An independent reader: Python's. Prints [name, size, mode, date] of each entry, in the order of the archive. */
const LIST = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[e.filename, e.file_size, oct(e.external_attr >> 16), e.date_time, e.compress_type] for e in archive.infolist()]))
`;
const READ = 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mli-zip-'));
  mkdirSync(path.join(folder, 'in/b'), { recursive: true });
  writeFileSync(path.join(folder, 'in/b/two.txt'), 'two '.repeat(1000));
  writeFileSync(path.join(folder, 'in/one.txt'), 'one');
  symlinkSync('/etc/passwd', path.join(folder, 'in/link'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const list = (zip: string): [string, number, string, number[], number][] =>
  JSON.parse(execFileSync('python3', ['-c', LIST, zip], { encoding: 'utf8' })) as [
    string,
    number,
    string,
    number[],
    number,
  ][];
const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

async function zipOf(name: string, fill: (tree: FileTree) => void): Promise<string> {
  const tree = new FileTree();
  fill(tree);
  await writeZip(path.join(folder, name), tree);
  return path.join(folder, name);
}

describe('an archive', () => {
  it('has the same bytes whatever the times, the modes and the order of the input', async () => {
    const first = await zipOf('a.zip', (tree) => {
      tree.addFolder('', path.join(folder, 'in'));
      tree.addContent('z', 'last');
    });
    utimesSync(path.join(folder, 'in/one.txt'), 1, 1);
    chmodSync(path.join(folder, 'in/one.txt'), 0o777);
    const second = await zipOf('b.zip', (tree) => {
      tree.addContent('z', 'last');
      tree.addFolder('b', path.join(folder, 'in/b'));
      tree.addFile('one.txt', path.join(folder, 'in/one.txt'));
    });
    expect(digest(second)).toBe(digest(first));
    writeFileSync(path.join(folder, 'in/one.txt'), 'ONE');
    expect(digest(await zipOf('c.zip', (tree) => tree.addFolder('', path.join(folder, 'in'))))).not.toBe(
      digest(first),
    );
  });

  it('holds sorted plain files of two modes and one date: no folders, no links, nothing that others may write', async () => {
    const zip = await zipOf('a.zip', (tree) => {
      tree.addFolder('top', path.join(folder, 'in'));
      tree.addContent('Zürich', '');
      tree.addContent('bin/run', '#!', { executable: true });
    });
    const date = [1980, 1, 1, 0, 0, 0];
    expect(list(zip)).toEqual([
      ['Zürich', 0, '0o100644', date, 0],
      ['bin/run', 2, '0o100755', date, 0],
      ['top/b/two.txt', 4000, '0o100644', date, 8],
      ['top/one.txt', 3, '0o100644', date, 0],
    ]);
  });

  it('gives back each byte', async () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 2_654_435_761) >>> 24));
    const zip = await zipOf('a.zip', (tree) => tree.addContent('noise', noise));
    expect(execFileSync('python3', ['-c', READ, zip, 'noise']).equals(noise)).toBe(true);
  });

  it('refuses to hold a name twice', async () => {
    const tree = new FileTree();
    tree.addContent('a', '1');
    expect(() => tree.addContent('a', '2')).toThrow('the archive would hold a twice');
  });
});
