// Checks or writes the formatting of the C and C++ sources: --check (default) or --write.
import { execFileSync, spawnSync } from 'node:child_process';

const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', 'native', 'bench/native', 'test/native', 'training/kernels'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((name) => /\.(cc|h|c)$/.test(name));
const args = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
const { status, error } = spawnSync('clang-format', [...args, ...files], { stdio: 'inherit' });
if (error) {
  console.error(`clang-format cannot be run (${error.message}). Install it: apt-get install clang-format`);
}
process.exit(status ?? 1);
