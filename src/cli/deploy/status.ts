import { Command } from 'commander';
import { GreengrassCloud, lookAtDeployment, outcomeLines, parseTarget } from '../../deploy/index.js';
import { EdgeError } from '../../errors/index.js';
import { summary } from './report.js';

export const statusCommand = (): Command =>
  new Command('status')
    .description('show a deployment: its components, and what each device has made of it')
    .argument('<deployment>', 'id of a deployment, or ARN of a target')
    .option('--region <name>', 'where the deployment is (default: AWS_REGION, the profile, the ARN)')
    .action(showStatus);

/** Ends with 1 where a device has failed. */
async function showStatus(deployment: string, { region }: { region?: string }): Promise<void> {
  const target = deployment.startsWith('arn:') ? parseTarget(deployment, region) : undefined;
  const cloud = new GreengrassCloud(target?.region ?? region);
  try {
    const id = target ? await cloud.newestDeploymentId(target.arn) : deployment;
    if (id === undefined) {
      console.log(`${target?.name ?? deployment} has no deployment.`);
      return;
    }
    const { deployment: found, outcomes } = await lookAtDeployment(cloud, id);
    const { deploymentName, deploymentStatus, targetArn, creationTimestamp } = found;
    console.log(`Deployment ${id}${deploymentName ? ` “${deploymentName}”` : ''}`);
    console.log(
      `of ${targetArn}, made ${creationTimestamp?.toISOString() ?? 'at an unknown time'}, is ${deploymentStatus ?? 'unknown'}`,
    );
    for (const [name, { componentVersion = '' }] of Object.entries(found.components ?? {}))
      console.log(`  ${name} ${componentVersion}`);
    console.log(summary(outcomes));
    for (const line of outcomeLines(outcomes)) console.log(line);
    const failed = outcomes.filter(({ state }) => state === 'failed').map(({ device }) => device);
    if (failed.length > 0) throw new EdgeError('DEPLOY_FAILED', { deploymentId: id, devices: failed });
  } finally {
    cloud.close();
  }
}
