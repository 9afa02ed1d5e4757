import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';

/**
 * Lets one set-up at a time work on a cache. The kernel holds the lock (flock) for a child that lives as long as we do
 * and not longer, so there is nothing left behind to clean up, however a set-up ends.
 * @param {string} cache
 * @param {() => void} onWait called once when another set-up is at work
 * @returns {Promise<() => void>} releases the lock
 * @throws {SetupFailure} when the cache cannot be written
 */
export async function lockCache(cache, onWait) {
  const path = join(cache, 'setup.lock');
  try {
    mkdirSync(cache, { recursive: true });
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw new SetupFailure(`${cache} cannot be written (${error.code})`, {
      remedy: 'make it writable for you, or set MLI_CACHE_DIR to a folder that is',
      cause: error,
    });
  }
  try {
    const holder = (await hold(path, ['--nonblock'])) ?? (onWait(), await hold(path, []));
    return () => holder.stdin.end();
  } catch (error) {
    throw new SetupFailure(`${path} cannot be locked: ${error.message}`, {
      remedy: 'install util-linux, whose flock does it; a cache on a network disk may not have locks at all',
      cause: error,
    });
  }
}

const TAKEN = 75;

/** @returns {Promise<import('node:child_process').ChildProcess | undefined>} undefined when another one has the lock */
function hold(path, options) {
  // cat ends when its standard input does, which is when this process ends.
  const args = [...options, '--conflict-exit-code', String(TAKEN), path, 'sh', '-c', 'echo held; exec cat'];
  const holder = spawn('flock', args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  return new Promise((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) =>
      code === TAKEN ? resolve(undefined) : reject(new Error(`flock ended with code ${code}`)),
    );
    holder.stdout.once('data', () => {
      holder.unref(); // it must not keep this process alive
      holder.stdout.destroy();
      resolve(holder);
    });
  });
}
