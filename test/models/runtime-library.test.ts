import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { storedLibrary } from '../../src/models/index.js';

const logger = createLogger({ name: 'test', level: 'silent' });
let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'mli-store-'));
});
afterEach(() => rm(root, { recursive: true }));

async function register(component: string, architecture: string): Promise<string> {
  const folder = path.join(root, component, 'unpacked');
  await mkdir(folder, { recursive: true });
  await mkdir(path.join(root, component, 'mli-store'));
  const entry = {
    kind: 'runtime',
    name: 'dlr',
    component,
    version: '1.0.0',
    folder,
    sha256: '0'.repeat(64),
    architecture,
  };
  await writeFile(path.join(root, component, 'mli-store/dlr.json'), JSON.stringify(entry));
  return path.join(folder, 'libdlr.so');
}

it('libdlr is found where a component registered one for this architecture', async () => {
  expect(await storedLibrary(undefined, logger)).toBeUndefined();
  expect(await storedLibrary(root, logger)).toBeUndefined();
  await register('other.runtime', process.arch === 'x64' ? 'arm64' : 'x64');
  expect(await storedLibrary(root, logger)).toBeUndefined();
  const library = await register('mli.runtime.DLR', process.arch);
  expect(await storedLibrary(root, logger)).toBe(library);
});
