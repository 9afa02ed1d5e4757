import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const program = path.join(root, 'dist/main.js');

/** Runs the command as a user would; standard input is not a terminal. */
export const mli = (args: readonly string[], environment: Record<string, string>): Promise<Ended> =>
  run(process.execPath, [program, ...args], environment);

/** The same on a terminal; `out` has what the terminal shows. */
export const mliOnTerminal = (
  args: readonly string[],
  environment: Record<string, string>,
  answer: string,
): Promise<Ended> => {
  const line = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  return run('script', ['--quiet', '--return', '--command', line, '/dev/null'], environment, `${answer}\n`);
};

function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
): Promise<Ended> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));
  const child = spawn(command, args, { env: { ...clean, ...environment } });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
