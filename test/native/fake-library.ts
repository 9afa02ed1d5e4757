import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('fake_dlr.cc', import.meta.url));

/** Compiles fake_dlr.cc with the compiler that built the addon; `remove` deletes the result. */
export function buildFakeLibrary(...defines: string[]): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-fake-dlr-'));
  const library = path.join(folder, 'libdlr.so');
  // A sanitizer that is preloaded into this process is not for the compiler.
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync(
    'c++',
    ['-std=c++17', '-O1', '-shared', '-fPIC', ...defines.map((name) => `-D${name}`), '-o', library, source],
    { env },
  );
  return { path: library, remove: () => rmSync(folder, { recursive: true }) };
}
