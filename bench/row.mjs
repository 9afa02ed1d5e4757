import { median, percentile } from './statistics.mjs';

/**
 * One line of the result: what was measured, against what.
 * @typedef {object} Row
 * @property {string} case
 * @property {string} subject what was measured
 * @property {string | null} peer what it is compared with, measured in the same run; null where there is nothing to compare
 * @property {string} unit of the three values: ms, MB
 * @property {number} median
 * @property {number} p95
 * @property {number | null} peerMedian
 * @property {number | null} ratio median / peerMedian
 */

/**
 * @param {{ case: string, subject: string, peer?: string, unit: string }} names
 * @param {readonly number[]} samples
 * @param {readonly number[]} [peerSamples] needed where a peer is named
 * @returns {Row}
 */
export function rowOf({ case: name, subject, peer, unit }, samples, peerSamples) {
  if ((peer === undefined) !== (peerSamples === undefined))
    throw new TypeError(`${name}, ${subject}: a peer and its samples come together`);
  const peerMedian = peerSamples === undefined ? null : median(peerSamples);
  const middle = median(samples);
  return {
    case: name,
    subject,
    peer: peer ?? null,
    unit,
    median: rounded(middle),
    p95: rounded(percentile(samples, 95)),
    peerMedian: peerMedian === null ? null : rounded(peerMedian),
    ratio: peerMedian === null || peerMedian === 0 ? null : rounded(middle / peerMedian),
  };
}

/** To 0.1 microseconds, 100 bytes and 0.01 %: finer than any clock or meter that is used here. */
const rounded = (value) => Number(value.toFixed(4));
