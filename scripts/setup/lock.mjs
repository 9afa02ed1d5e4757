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
  // cat ends when its standard input does, which is when this process does.
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const waiting = setTimeout(onWait, 300);
  try {
    await new Promise((resolve, reject) => {
      holder.stdout.once('data', resolve);
      holder.once('error', reject);
      holder.once('exit', (code) => reject(new Error(`flock ended with code ${code}`)));
    });
  } catch (error) {
    throw new SetupFailure(`${path} cannot be locked: ${error.message}`, {
      remedy: 'install util-linux',
      cause: error,
    });
  } finally {
    clearTimeout(waiting);
  }
  holder.unref();
  holder.stdout.unref();
  return () => holder.stdin.end();
}
