import { readFileSync } from 'node:fs';

/**
 * Proportional set size of a process, in bytes: what it has for itself, and its share of what it shares.
 * @returns 0 where the process is gone or the kernel does not say
 * @see Documentation/filesystems/proc.rst of Linux, smaps_rollup
 */
export function pssBytes(pid: number | 'self'): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch (error) {
    // The process ended between two looks, or another user's is not ours to read.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}
