import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits, at most until the signal.
 * @param ms at least 1, as timers count
 * @returns whether the whole time passed
 */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(Math.max(1, ms), undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
