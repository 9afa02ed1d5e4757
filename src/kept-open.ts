import { Backoff } from './backoff.js';
import { pause } from './pause.js';

const retry = { initialMs: 1000, maxMs: 60_000 };

/**
 * Opens something, again and again where that fails, and closes it at the signal. Never rejects.
 * @param open gives what closes it
 * @param onFailure told of each failure
 */
export async function keepOpen(
  signal: AbortSignal,
  open: () => Promise<() => Promise<void> | void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const backoff = new Backoff(retry);
  while (!signal.aborted) {
    try {
      const close = await open();
      await aborted(signal);
      await close();
    } catch (error) {
      onFailure(error);
      await pause(backoff.nextMs(), signal);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
