/**
 * A signal that comes with another one, or after a time. Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 may collect a
 * time-out that only the combination holds, and then it never fires.
 * @param ms whole milliseconds
 */
export function withDeadline(signal: AbortSignal, ms: number): AbortSignal {
  const deadline = new AbortController();
  const forward = (): void => {
    clearTimeout(timer);
    deadline.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', forward);
    deadline.abort(new DOMException(`The time of ${ms} ms is over`, 'TimeoutError'));
  }, ms).unref();
  if (signal.aborted) forward();
  else signal.addEventListener('abort', forward, { once: true });
  return deadline.signal;
}
