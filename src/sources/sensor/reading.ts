import type { Reading } from '../../samples.js';

/** Where readings come from. */
export interface ReadingReader {
  /** Readings that wait to be taken. */
  readonly pending: number;
  /** Readings that were lost because they came too fast; counts up. */
  readonly dropped?: number;
  /** The next reading; undefined at the end, and where the signal ended the wait. @throws EdgeError */
  next(signal: AbortSignal): Promise<Reading | undefined>;
  stop(): Promise<void>;
}

/** Unix time in ms on the monotonic clock: it does not jump with the wall clock. */
export const monotonicNow = (): number => performance.timeOrigin + performance.now();
