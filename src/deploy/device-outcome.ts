import type { EffectiveDeployment } from '@aws-sdk/client-greengrassv2';

/** What a core device has made of a deployment. */
export interface DeviceOutcome {
  readonly device: string;
  readonly state: 'waiting' | 'working' | 'succeeded' | 'failed';
  /** In the words of AWS; `-` while the device has not heard of it. */
  readonly status: string;
  readonly reason: string;
}

const states: Readonly<Record<string, DeviceOutcome['state']>> = {
  QUEUED: 'waiting',
  IN_PROGRESS: 'working',
  // A thing is COMPLETED, a member of a group SUCCEEDED.
  COMPLETED: 'succeeded',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  REJECTED: 'failed',
  TIMED_OUT: 'failed',
  CANCELED: 'failed',
};

export function deviceOutcome(device: string, effective: EffectiveDeployment | undefined): DeviceOutcome {
  const status = effective?.coreDeviceExecutionStatus ?? '-';
  const state = states[status] ?? 'waiting';
  const stack = effective?.statusDetails?.errorStack ?? [];
  const reason = state === 'succeeded' ? [] : [effective?.reason ?? '', stack.join(' < ')];
  return { device, state, status, reason: reason.filter(Boolean).join(': ') };
}

export const isFinished = ({ state }: DeviceOutcome): boolean => state === 'succeeded' || state === 'failed';

/** `device-7   FAILED   reason`, in columns. */
export function outcomeLines(outcomes: readonly DeviceOutcome[]): string[] {
  const width = Math.max(0, ...outcomes.map(({ device }) => device.length));
  return outcomes.map(({ device, status, reason }) =>
    `  ${device.padEnd(width)}  ${status === '-' ? 'has not heard of it' : status}${reason && `  ${reason}`}`.trimEnd(),
  );
}
