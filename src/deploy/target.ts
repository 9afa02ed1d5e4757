import { EdgeError } from '../errors/index.js';

/** What a deployment is for: one core device, or a group of them. */
export interface Target {
  readonly arn: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly kind: 'thing' | 'thinggroup';
  readonly name: string;
}

/** @throws EdgeError DEPLOY_TARGET_INVALID, DEPLOY_REGION_MISMATCH */
export function parseTarget(arn: string, region?: string): Target {
  const match = /^arn:(aws[a-z-]*):iot:([a-z0-9-]+):(\d{12}):(thing|thinggroup)\/([a-zA-Z0-9:_-]+)$/.exec(
    arn,
  );
  if (!match) throw new EdgeError('DEPLOY_TARGET_INVALID', { target: arn });
  const [, partition = '', targetRegion = '', account = '', kind, name = ''] = match;
  if (region !== undefined && region !== targetRegion)
    throw new EdgeError('DEPLOY_REGION_MISMATCH', { region, target: arn });
  return {
    arn,
    partition,
    region: targetRegion,
    account,
    kind: kind === 'thing' ? 'thing' : 'thinggroup',
    name,
  };
}

/** ARN of a component, without its version; those that AWS publishes belong to the account `aws`. */
export const componentArn = ({ partition, region, account }: Target, name: string): string =>
  `arn:${partition}:greengrass:${region}:${name.startsWith('aws.') ? 'aws' : account}:components:${name}`;
