const dayMs = 86_400_000;
/** 2020-01-01, in days since 1970. */
const firstDay = 18_262;

/**
 * A version for a local deployment, later than every one before it: `0.DAYS.SECONDS`, days since 2020 and seconds of the day.
 * A nucleus does not look again at the files of a version that it has, so each deployment needs another; and each of the
 * three numbers stays below the 999,999 that Greengrass allows.
 */
export function localVersion(now = Date.now()): string {
  return `0.${Math.floor(now / dayMs) - firstDay}.${Math.floor((now % dayMs) / 1000)}`;
}
