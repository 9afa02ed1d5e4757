import { EdgeError } from '../errors/index.js';
import { deviceOutcome, isFinished, type DeviceOutcome } from './device-outcome.js';
import type { ExistingDeployment, GreengrassCloud } from './greengrass-cloud.js';
import { lookUntil } from './pace.js';

/** Requests to AWS at the same time. */
const parallel = 8;

/** A deployment, and what each core device of its target has made of it. */
export interface DeploymentState {
  readonly deployment: ExistingDeployment;
  readonly outcomes: readonly DeviceOutcome[];
}

/**
 * Looks at a deployment once.
 * @param known outcomes that were seen before: a device that is finished is not asked again
 */
export async function lookAtDeployment(
  cloud: GreengrassCloud,
  deploymentId: string,
  known: readonly DeviceOutcome[] = [],
): Promise<DeploymentState> {
  const deployment = await cloud.deployment(deploymentId);
  const finished = new Map(known.filter(isFinished).map((outcome) => [outcome.device, outcome]));
  const outcomes: DeviceOutcome[] = [];
  const devices = await devicesOf(cloud, deployment.targetArn);
  for (let index = 0; index < devices.length; index += parallel) {
    const some = devices
      .slice(index, index + parallel)
      .map(
        async (device) =>
          finished.get(device) ??
          deviceOutcome(device, await cloud.effectiveDeployment(device, deploymentId)),
      );
    outcomes.push(...(await Promise.all(some)));
  }
  return { deployment, outcomes };
}

/** A deployment can target a thing of any name: the ARN is taken as it comes. */
const devicesOf = async (cloud: GreengrassCloud, targetArn: string): Promise<string[]> => {
  const thing = /:thing\/(.+)$/.exec(targetArn)?.[1];
  return thing === undefined ? cloud.coreDevices(targetArn) : [thing];
};

/**
 * Waits until every core device of the target has finished.
 * @param report is told of what has changed since the last look
 * @throws EdgeError DEPLOY_FAILED, DEPLOY_ENDED (cancelled or replaced), DEPLOY_TIMEOUT
 */
export async function waitForDeployment(
  cloud: GreengrassCloud,
  deploymentId: string,
  timeoutSeconds: number,
  report: (state: DeploymentState, changed: readonly DeviceOutcome[]) => void,
): Promise<readonly DeviceOutcome[]> {
  let known: readonly DeviceOutcome[] = [];
  const finished = await lookUntil(timeoutSeconds * 1000, async () => {
    const state = await lookAtDeployment(cloud, deploymentId, known);
    const before = new Map(known.map(({ device, status }) => [device, status]));
    known = state.outcomes;
    report(
      state,
      known.filter(({ device, status }) => before.get(device) !== status),
    );
    const { deploymentStatus: status = 'ACTIVE' } = state.deployment;
    if (status === 'CANCELED' || status === 'INACTIVE')
      throw new EdgeError('DEPLOY_ENDED', { deploymentId, status });
    return known.every(isFinished) ? known : undefined;
  });
  if (!finished) {
    const devices = known.filter((outcome) => !isFinished(outcome)).map(({ device }) => device);
    throw new EdgeError('DEPLOY_TIMEOUT', { deploymentId, timeoutSeconds, devices });
  }
  const failed = finished.filter(({ state }) => state === 'failed').map(({ device }) => device);
  if (failed.length > 0) throw new EdgeError('DEPLOY_FAILED', { deploymentId, devices: failed });
  return finished;
}
