/**
 * Where episodes begin: the indexes of the scores at which the state goes over to anomalous, as `src/decode/anomaly.ts` decides (a
 * test holds them together). In one loop without objects, as a search over settings runs it a hundred thousand times.
 * @param {ArrayLike<number>} scores @param {{threshold: number, clearThreshold: number, raiseAfter: number, clearAfter: number}} spec
 * @returns {number[]}
 */
export function beginnings(scores, { threshold, clearThreshold, raiseAfter, clearAfter }) {
  const found = [];
  let anomalous = false;
  let against = 0;
  for (let index = 0; index < scores.length; index++) {
    const speaksAgainst = anomalous ? scores[index] < clearThreshold : scores[index] >= threshold;
    against = speaksAgainst ? against + 1 : 0;
    if (against < (anomalous ? clearAfter : raiseAfter)) continue;
    anomalous = !anomalous;
    against = 0;
    if (anomalous) found.push(index);
  }
  return found;
}

/**
 * What the episodes are worth: a range is found where one begins in it, and one that begins in none is a false alarm.
 * @param {number[]} times at which episodes begin, Unix ms @param {number[][]} ranges [from, to] of what was to be found
 */
export function judge(times, ranges) {
  const inside = (time, [from, to]) => time >= from && time <= to;
  return {
    found: ranges.filter((range) => times.some((time) => inside(time, range))).length,
    falseAlarms: times.filter((time) => !ranges.some((range) => inside(time, range))).length,
  };
}

/**
 * The reading with which a window was known. The rows that stand for a gap are filled when the first reading after it comes.
 * @param {number[]} times of the readings, Unix ms, rising @param {number} time of the window's last row
 */
export function knownAt(times, time) {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] >= time) high = middle;
    else low = middle + 1;
  }
  return times[low];
}
