import { isFinished, outcomeLines, type DeploymentState, type DeviceOutcome } from '../../deploy/index.js';

/** Above this, only devices that failed get a line of their own. */
const mostDevicesShown = 50;

/** A line for each device that has moved, and where the whole stands. */
export function reportProgress({ outcomes }: DeploymentState, changed: readonly DeviceOutcome[]): void {
  if (changed.length === 0) return;
  const worthShowing =
    outcomes.length <= mostDevicesShown ? changed : changed.filter(({ state }) => state === 'failed');
  for (const line of outcomeLines(worthShowing)) console.log(line);
  console.log(summary(outcomes));
}

export function reportOutcomes(outcomes: readonly DeviceOutcome[]): void {
  if (outcomes.length === 0) {
    console.log('There is no core device in the target yet: each that joins it gets the deployment.');
    return;
  }
  console.log(`Done on ${devices(outcomes.length)}.`);
}

export function summary(outcomes: readonly DeviceOutcome[]): string {
  const failed = outcomes.filter(({ state }) => state === 'failed').length;
  return `${outcomes.filter(isFinished).length} of ${devices(outcomes.length)} finished, ${failed} failed`;
}

const devices = (count: number): string => `${count} device${count === 1 ? '' : 's'}`;
