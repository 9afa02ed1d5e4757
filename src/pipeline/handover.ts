import type { Candidate } from './candidate.js';
import type { Readiness } from './messages.js';
import type { PipelineSeat } from './seat.js';

/** For the first result of the new one: its first tick is at once. */
export const answerLimitMs = 20_000;
export const stopLimitMs = 5_000;

export interface HandoverOptions {
  /** The one at work, where it holds the device that the new one needs; asked when the new one is prepared. */
  readonly holder: () => PipelineSeat | undefined;
  /** Beyond every frame that the one at work can reach meanwhile. */
  readonly framesBefore: () => number;
}

/**
 * Blue/green: the one at work goes on until the candidate has answered. A device that only one of them can hold is handed over for
 * that last step, and given back where the candidate fails.
 * @throws Error with the reason; nothing is left of the candidate then
 */
export async function handOver(
  candidate: Candidate,
  { holder, framesBefore }: HandoverOptions,
  signal: AbortSignal,
): Promise<Readiness> {
  let old: PipelineSeat | undefined;
  try {
    const readiness = await candidate.prepared(signal);
    old = holder();
    await old?.release(stopLimitMs);
    const forgiveSource = old === undefined;
    await candidate.answered({ limitMs: answerLimitMs, framesBefore: framesBefore(), forgiveSource }, signal);
    return readiness;
  } catch (error) {
    await candidate.seat.abandon(stopLimitMs);
    old?.resume();
    throw error;
  }
}
