import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupFailure } from './failure.mjs';

const TAIL_LINES = 14;

/** Process groups at work, so that Ctrl-C ends a compiler's children too and not only ours. */
const running = new Set();

/** Ends every tool that is at work, with its children. */
export function endTools() {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // ended by itself a moment ago
    }
  }
}

/**
 * Runs a tool to its end, its output in a log file.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, append?: boolean,
 *   terminal?: boolean, remedy?: string }} options `append` continues the log of an earlier tool of the same step;
 *   `terminal` leaves the tool in our session, so that it can ask for a password; `remedy` is told when it fails
 * @throws {SetupFailure} when the tool is not there or ends with another code than 0
 */
export async function runTool(
  command,
  args,
  { log, cwd, env = process.env, onLine, append = false, terminal = false, remedy },
) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log, { flags: append ? 'a' : 'w' });
  file.write(`$ ${[command, ...args].join(' ')}\n`);
  const stdin = terminal ? 'inherit' : 'ignore';
  const child = spawn(command, args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'], detached: !terminal });
  if (child.pid !== undefined && !terminal) running.add(child.pid);
  const tail = [];
  const take = (line) => {
    file.write(`${line}\n`);
    if (line.trim() !== '') tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(line);
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', take);
  try {
    const { code, signal } = await Promise.race([ended(child), failureOf(file)]);
    if (code === 0) return;
    throw new SetupFailure(`${basename(command)} ended with ${signal ?? `code ${code}`}`, {
      log,
      tail,
      remedy,
    });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new SetupFailure(`${command} was not found`, {
      remedy: `install ${command} and put it on the PATH`,
      cause: error,
    });
  } finally {
    running.delete(child.pid);
    await new Promise((done) => file.end(done));
  }
}

/**
 * Runs a tool that answers quickly and returns what it printed on standard output, trimmed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @throws {SetupFailure} with the tool's own words when it fails
 */
export async function askTool(command, args, { cwd, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const { code, signal } = await ended(child).catch((error) => {
    throw new SetupFailure(`${command} cannot be started (${error.code})`, { cause: error });
  });
  if (code === 0) return out.trim();
  const tail = `${out}\n${err}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-TAIL_LINES);
  throw new SetupFailure(`${command} ended with ${signal ?? `code ${code}`}`, { tail });
}

/** Whether a command is on the PATH, without running it. */
export function onPath(command, env = process.env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder: the answer, not a failure
    }
  });
}

/** @returns {Promise<never>} rejects when the log cannot be written: a disk that is full ends the step, not this process */
function failureOf(file) {
  return new Promise((_, reject) => file.once('error', reject));
}

/** @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} after its output was read to the end */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
