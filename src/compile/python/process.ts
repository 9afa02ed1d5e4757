import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface LoggedRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** All that it says is appended to this file. */
  readonly log: string;
  /** Each line of its standard output. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** How a process ended, and the last lines that it said. */
export interface Ending {
  readonly ok: boolean;
  /** `exit code 1`, `signal SIGSEGV`. */
  readonly how: string;
  readonly lastLines: readonly string[];
}

const tailLength = 8;

/** @throws the reason of the signal; errors of the system where it cannot be started */
export async function runLogged(run: LoggedRun): Promise<Ending> {
  run.signal?.throwIfAborted();
  const log = createWriteStream(run.log, { flags: 'a' });
  const child = spawn(run.command, run.args, {
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: run.signal,
    killSignal: 'SIGTERM',
  });
  const lastLines: string[] = [];
  const follow = async (stream: NodeJS.ReadableStream, onLine?: (line: string) => void) => {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      log.write(`${line}\n`);
      if (line.trim() !== '') lastLines.push(line.trim());
      if (lastLines.length > tailLength) lastLines.shift();
      onLine?.(line);
    }
  };
  try {
    const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const [[code, killedBy]] = await Promise.all([
      exited,
      follow(child.stdout, run.onLine),
      follow(child.stderr),
    ]);
    return {
      ok: code === 0,
      how: code === null ? `signal ${String(killedBy)}` : `exit code ${code}`,
      lastLines,
    };
  } catch (error) {
    throw run.signal?.aborted ? run.signal.reason : error;
  } finally {
    log.end();
  }
}
