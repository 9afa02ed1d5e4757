import { entry } from './entry.js';

const list = (items: readonly string[]) => items.join(', ') || 'none';

/** Errors of `mli deploy`: what was asked for, what was built, and what AWS or a nucleus answered. */
export const deployErrors = {
  DEPLOY_TARGET_INVALID: entry<{ target: string }>({
    message: ({ target }) => `The target "${target}" is not the ARN of a thing or a thing group.`,
    remedy:
      'Give it as arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME (a fleet) or arn:aws:iot:REGION:ACCOUNT:thing/NAME (one core device).',
  }),
  DEPLOY_REGION_MISMATCH: entry<{ region: string; target: string }>({
    message: ({ region, target }) => `--region is ${region}, but the target ${target} is in another region.`,
    remedy: 'Leave --region out: the ARN of the target says it.',
  }),
  DEPLOY_COMPONENT_INVALID: entry<{ component: string }>({
    message: ({ component }) => `--component "${component}" is not NAME or NAME=VERSION.`,
    remedy: 'Write --component mli.model.WasteSorter=1.2.0, or the name alone for its newest version.',
  }),
  DEPLOY_TOPIC_UNBOUNDED: entry<{ path: string }>({
    message: ({ path }) =>
      `The topic of ${path} is different on each device from its first character on, so it would need the right to every topic.`,
    remedy: 'Begin the topic with a fixed level, such as plant/{thingName}, or deploy to each thing.',
  }),

  // What is to be deployed
  DEPLOY_COMPONENT_UNKNOWN: entry<{ component: string; region: string }>({
    message: ({ component, region }) =>
      `There is no version of the component ${component} in this account in ${region}.`,
    remedy: 'Publish it first (mli deploy --publish FOLDER, or gdk component publish), or correct the name.',
  }),
  DEPLOY_VERSION_UNKNOWN: entry<{ component: string; version: string; known: readonly string[] }>({
    message: ({ component, version, known }) =>
      `There is no version ${version} of the component ${component} (there: ${list(known)}).`,
    remedy: 'Take one of these versions, or publish this one with --publish FOLDER.',
  }),
  DEPLOY_VERSION_EXISTS: entry<{ component: string; version: string }>({
    message: ({ component, version }) =>
      `The version ${version} of the component ${component} exists already, and a version cannot be changed.`,
    remedy: ({ component, version }) =>
      `Publish under a new version (--component ${component}=VERSION, or NEXT_PATCH in gdk-config.json), or leave --publish out and deploy ${version} as it is.`,
  }),
  DEPLOY_NOT_BUILT: entry<{ folder: string; reason: string }>({
    message: ({ folder, reason }) => `The component in ${folder} cannot be published: ${reason}.`,
    remedy: 'Build it there with "gdk component build" or "node scripts/build-component.mjs --clean".',
  }),
  DEPLOY_RECIPE_TOO_LARGE: entry<{ component: string; bytes: number; limitBytes: number }>({
    message: ({ component, bytes, limitBytes }) =>
      `The recipe of ${component} has ${bytes} bytes, and AWS takes at most ${limitBytes}.`,
    remedy: 'Shorten its default configuration; a deployment can bring the rest.',
  }),
  DEPLOY_COMPONENT_UNUSABLE: entry<{ component: string; version: string; state: string; reason: string }>({
    message: ({ component, version, state, reason }) =>
      `AWS cannot deploy ${component} ${version}: its state is ${state} (${reason}).`,
    remedy: 'Nothing was deployed. Correct what the reason names and publish a new version.',
  }),
  DEPLOY_TARGET_CHANGED: entry<{ target: string; deploymentId: string }>({
    message: ({ target, deploymentId }) =>
      `The target ${target} got the deployment ${deploymentId} from somebody else meanwhile, so what you saw is out of date.`,
    remedy: 'Nothing was deployed. Run the command again and look at the new differences.',
  }),

  // The question
  DEPLOY_UNCONFIRMED: entry<object>({
    message: () => 'Nobody can be asked whether to deploy this: standard input is not a terminal.',
    remedy: 'Nothing was changed. Read the differences above, and run the command again with --yes.',
  }),
  DEPLOY_DECLINED: entry<object>({
    message: () => 'The answer was no.',
    remedy: 'Nothing was changed.',
  }),

  // AWS
  DEPLOY_CREDENTIALS_MISSING: entry<{ reason: string }>({
    message: ({ reason }) => `There are no AWS credentials to deploy with: ${reason}.`,
    remedy:
      'Sign in (aws sso login) and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  }),
  DEPLOY_CREDENTIALS_INVALID: entry<{ reason: string }>({
    message: ({ reason }) => `AWS does not accept the credentials: ${reason}.`,
    remedy:
      'They are expired, mistyped or of another partition: sign in again, and check AWS_PROFILE and the clock of this machine.',
  }),
  DEPLOY_REGION_UNKNOWN: entry<{ region: string }>({
    message: ({ region }) => `It is not known in which AWS region to look: ${region} is none.`,
    remedy: 'Give --region, or set AWS_REGION.',
  }),
  DEPLOY_FORBIDDEN: entry<{ action: string; resource: string; reason: string }>({
    message: ({ action, resource, reason }) => `You may not ${action} on ${resource}: ${reason}.`,
    remedy: ({ action }) =>
      `Have ${action} allowed to your user or role; docs/deploying.md has the whole policy of a person who deploys.`,
  }),
  DEPLOY_NOT_FOUND: entry<{ resource: string; region: string }>({
    message: ({ resource, region }) => `There is no ${resource} in ${region}.`,
    remedy: 'Correct the name; a deployment is only known in its own account and region (--region).',
  }),
  DEPLOY_REFUSED: entry<{ action: string; resource: string; reason: string }>({
    message: ({ action, resource, reason }) => `AWS refused ${action} on ${resource}: ${reason}.`,
    remedy: 'Correct what the reason names.',
  }),
  DEPLOY_UNREACHABLE: entry<{ action: string; region: string; reason: string }>({
    message: ({ action, region, reason }) => `AWS in ${region} did not answer ${action}: ${reason}.`,
    remedy: 'Check the network and the name of the region, and try again: what was done is found again.',
  }),
  DEPLOY_BUCKET_MISSING: entry<{ bucket: string }>({
    message: ({ bucket }) => `There is no bucket ${bucket}.`,
    remedy: 'Create it with infra/greengrass-mli.yaml, or name another one with --bucket.',
  }),
  DEPLOY_BUCKET_REGION: entry<{ bucket: string; region: string }>({
    message: ({ bucket, region }) => `The bucket ${bucket} is not in ${region}, where the target is.`,
    remedy: "Artifacts have to be in the target's region: name a bucket there with --bucket.",
  }),

  // The outcome
  DEPLOY_FAILED: entry<{ deploymentId: string; devices: readonly string[] }>({
    message: ({ deploymentId, devices }) =>
      `The deployment ${deploymentId} failed on ${devices.length} device${devices.length === 1 ? '' : 's'}: ${list(devices)}.`,
    remedy:
      'The reasons are above; /greengrass/v2/logs/greengrass.log of the device (lite: journalctl) says more.',
  }),
  DEPLOY_ENDED: entry<{ deploymentId: string; status: string }>({
    message: ({ deploymentId, status }) =>
      `The deployment ${deploymentId} is ${status}: it was cancelled, or a newer one took its place.`,
    remedy: 'Look at what the target has now: mli deploy status TARGET.',
  }),
  DEPLOY_TIMEOUT: entry<{ deploymentId: string; timeoutSeconds: number; devices: readonly string[] }>({
    message: ({ deploymentId, timeoutSeconds, devices }) =>
      `The deployment ${deploymentId} is not finished on ${devices.length} device${devices.length === 1 ? '' : 's'} after ${timeoutSeconds} s: ${list(devices)}.`,
    remedy: ({ deploymentId }) =>
      `It goes on by itself, and devices that are offline take it when they are back: mli deploy status ${deploymentId}.`,
  }),

  // Local deployment
  DEPLOY_CLI_MISSING: entry<{ commands: readonly string[] }>({
    message: ({ commands }) =>
      [
        'Neither greengrass-cli nor ggl-cli is on the PATH. One of these would be run:',
        ...commands.map((line) => `  ${line}`),
      ].join('\n'),
    remedy:
      'Install the component aws.greengrass.Cli (classic nucleus; put /greengrass/v2/bin on the PATH) or the package aws-greengrass-lite (lite) on this device, or run the command on the device that has the folder.',
  }),
  DEPLOY_CLI_FAILED: entry<{ command: string; code: number | string }>({
    message: ({ command, code }) => `The local deployment ended with ${code}: ${command}`,
    remedy: 'What it said is above. It usually has to run as root: sudo, with the same PATH.',
  }),
  DEPLOY_BUILD_FAILED: entry<{ reason: string }>({
    message: ({ reason }) => `The local folders could not be built: ${reason}.`,
    remedy: 'Run it in a checkout of the repository, or give the folder of an earlier build with --built.',
  }),
  DEPLOY_FOLDER_INVALID: entry<{ folder: string; reason: string }>({
    message: ({ folder, reason }) => `The folder ${folder} cannot be deployed: ${reason}.`,
    remedy: 'Make it with "node scripts/build-component.mjs --local VERSION --out FOLDER".',
  }),
};
