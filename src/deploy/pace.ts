import { setTimeout as sleep } from 'node:timers/promises';

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/**
 * Looks again and again, soon at first and then more seldom, until there is an answer or the time is over.
 * @returns undefined when the time was over
 */
export async function lookUntil<T>(
  timeoutMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const found = await look();
    if (found !== undefined) return found;
    const leftMs = end - performance.now();
    if (leftMs <= 0) return undefined;
    await sleep(Math.min(pauseMs, leftMs));
  }
}
