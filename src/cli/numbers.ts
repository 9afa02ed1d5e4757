import { InvalidArgumentError } from 'commander';
import { cappedThreads, usableThreads } from '../engines/threads.js';

/** Number arguments for commander, which prints the message with the option's name. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

/** For `--threads`: no more than there are cores, and says so. */
export function threadCount(text: string): number {
  const asked = positiveInteger(text);
  const threads = usableThreads(asked);
  if (threads < asked) process.stderr.write(`${cappedThreads('--threads', asked)}\n`);
  return threads;
}
