import { readFileSync } from 'node:fs';

/**
 * Proportional set size of a process: its own pages, and of each shared page its share.
 * @param {number} pid
 * @returns {number} in MB of 10^6 bytes
 */
export function pssMegabytes(pid) {
  const match = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  if (!match) throw new Error(`/proc/${pid}/smaps_rollup names no Pss`);
  return (Number(match[1]) * 1024) / 1e6;
}
