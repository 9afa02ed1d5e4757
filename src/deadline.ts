import { setMaxListeners } from 'node:events';

/**
 * Work with a signal that comes with another one, or after a time. At its end nothing is left on the other signal. Not `AbortSignal.any`
 * with `AbortSignal.timeout`: Node 20 may collect a time-out that only the combination holds, and then it never fires.
 * @param ms whole milliseconds
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  // One for each work that is under way: many at once are no leak.
  setMaxListeners(0, signal);
  const deadline = new AbortController();
  const forward = (): void => deadline.abort(signal.reason);
  const timer = setTimeout(
    () => deadline.abort(new DOMException(`The time of ${ms} ms is over`, 'TimeoutError')),
    ms,
  ).unref();
  if (signal.aborted) forward();
  else signal.addEventListener('abort', forward, { once: true });
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}
