import { performance } from 'node:perf_hooks';

/** What takes part: `run` gives the milliseconds of each of so many runs. */
export interface Runner {
  run(count: number): Promise<readonly number[]>;
}

export interface RaceLimits {
  /** Runs of each that do not count: caches and thread pools fill. */
  readonly warmUp: number;
  readonly rounds: number;
  readonly runsARound: number;
  /** No further round is begun after this long. */
  readonly budgetMs: number;
}

/**
 * Lets them run by turns, never two at once, a few runs each turn: whatever else the machine does at a time slows all of them.
 * @returns for each the milliseconds of its runs, or why it ran no more
 */
export async function race(
  runners: readonly Runner[],
  { warmUp, rounds, runsARound, budgetMs }: RaceLimits,
): Promise<(number[] | Error)[]> {
  const results: (number[] | Error)[] = runners.map(() => []);
  const turn = async (count: number, counts: boolean) => {
    for (const [index, runner] of runners.entries()) {
      const result = results[index];
      if (!Array.isArray(result)) continue;
      try {
        const runs = await runner.run(count);
        if (counts) result.push(...runs);
      } catch (error) {
        results[index] = error as Error;
      }
    }
  };
  await turn(warmUp, false);
  const end = performance.now() + budgetMs;
  for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round++)
    await turn(runsARound, true);
  return results;
}

/** A value below which the share lies, by the nearest rank. @param values at least one, in any order */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}
