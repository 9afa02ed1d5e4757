import type { Command } from 'commander';
import path from 'node:path';
import type { DeploymentFailureHandlingPolicy } from '@aws-sdk/client-greengrassv2';
import type { Configuration } from '../../config/index.js';
import {
  carryOut,
  GreengrassCloud,
  parseRequestedComponent,
  parseTarget,
  planText,
  prepare,
  waitForDeployment,
  type Order,
  type Prepared,
  type Target,
} from '../../deploy/index.js';
import { confirm } from './confirm.js';
import { inference, readDesiredConfiguration } from './desired-configuration.js';
import { reportOutcomes, reportProgress } from './report.js';

interface DeployOptions {
  target?: string;
  config?: string;
  set: string[];
  component: string[];
  publish: string[];
  bucket?: string;
  region?: string;
  name?: string;
  failurePolicy?: DeploymentFailureHandlingPolicy;
  rolloutPerMinute?: number;
  stopAtFailed?: number;
  timeoutSeconds: number;
  wait: boolean;
  yes: boolean;
}

/** Gives components the AWS credentials of the device. */
const tokenExchange = 'aws.greengrass.TokenExchangeService';

export async function runDeploy(options: DeployOptions, command: Command): Promise<void> {
  if (options.target === undefined) return command.error('error: --target <arn> is needed');
  if (options.config === undefined && options.set.length > 0)
    return command.error('error: --set needs --config <file>');
  if (options.config === undefined && options.component.length + options.publish.length === 0) {
    return command.error('error: nothing to deploy: give --config, --component or --publish');
  }
  const target = parseTarget(options.target, options.region);
  const thingName = target.kind === 'thing' ? target.name : undefined;
  const configured =
    options.config === undefined
      ? undefined
      : await readDesiredConfiguration(options.config, options.set, thingName);
  const cloud = new GreengrassCloud(target.region);
  try {
    const prepared = await prepare(cloud, orderOf(options, target, configured?.document));
    console.log(planText(prepared.plan, target, prepared.publications));
    for (const note of notes(prepared, configured?.configuration)) console.log(`\nNote: ${note}`);
    if (prepared.plan.changesNothing) {
      console.log('\nThe target has all of it already: nothing to deploy.');
      return;
    }
    if (!options.yes) await confirm('Deploy this?');
    console.log('');
    const deploymentId = await carryOut(cloud, prepared, (line) => console.log(line));
    console.log(`Deployment ${deploymentId}`);
    if (!options.wait) return;
    reportOutcomes(await waitForDeployment(cloud, deploymentId, options.timeoutSeconds, reportProgress));
  } finally {
    cloud.close();
  }
}

function orderOf(options: DeployOptions, target: Target, document: object | undefined): Order {
  const { bucket, name, failurePolicy, rolloutPerMinute, stopAtFailed } = options;
  return {
    target,
    components: options.component.map(parseRequestedComponent),
    publish: options.publish,
    ...(document && { configuration: { component: inference, document } }),
    ...(bucket !== undefined && { bucket }),
    ...(name !== undefined && { name }),
    ...(failurePolicy && { failurePolicy }),
    ...(rolloutPerMinute !== undefined && { rolloutPerMinute }),
    ...(stopAtFailed !== undefined && { stopAtFailedPercent: stopAtFailed }),
  };
}

/** What a person should know before the answer. */
function notes({ plan, target }: Prepared, configuration: Configuration | undefined): string[] {
  const { base, request } = plan;
  const fromAws = Object.entries(configuration?.models ?? {})
    .filter(([, { source }]) => ['s3', 'sagemakerTrainingJob', 'neoCompilationJob'].includes(source.type))
    .map(([name]) => `models.${name}`);
  const relative = relativePaths(configuration);
  return [
    ...(relative.length > 0
      ? [
          `${relative.join(', ')}: on the device, a relative path begins where the component is installed, not at your file.`,
        ]
      : []),
    ...(base?.deploymentStatus === 'CANCELED' || base?.deploymentStatus === 'FAILED'
      ? [
          `the deployment before is ${base.deploymentStatus}. Its components go along, and this deployment brings them to the devices.`,
        ]
      : []),
    ...(fromAws.length > 0 && !Object.hasOwn(request.components, tokenExchange)
      ? [
          `${fromAws.join(', ')} need the device's AWS credentials: add --component ${tokenExchange}, unless another deployment of ${target.name} brings it.`,
        ]
      : []),
  ];
}

function relativePaths(configuration: Configuration | undefined): string[] {
  const { models = {}, pipelines = {} } = configuration ?? {};
  const sources = [
    ...Object.entries(models).map(([name, { source }]) => ({ key: `models.${name}`, source })),
    ...Object.entries(pipelines).map(([name, { source }]) => ({ key: `pipelines.${name}`, source })),
  ];
  return sources
    .filter(({ source }) => 'path' in source && source.path !== undefined && !path.isAbsolute(source.path))
    .map(({ key }) => `${key}.source.path`);
}
