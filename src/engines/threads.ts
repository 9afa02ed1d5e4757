import { availableParallelism } from 'node:os';

/**
 * So many threads as are asked for, but no more than there are cores that this process may use: further ones would only wait for
 * each other at the end of each layer.
 */
export const usableThreads = (asked: number): number => Math.min(asked, availableParallelism());

/** What a log says where that is fewer. */
export const cappedThreads = (option: string, asked: number): string =>
  `THREADS_CAPPED ${option} is ${asked}, but there are ${usableThreads(asked)} usable cores: so many threads are used.`;
