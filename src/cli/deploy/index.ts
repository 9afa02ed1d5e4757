import { Command, Option } from 'commander';
import { collect, setOption } from '../configuration.js';
import { exitCodes } from '../failure.js';
import { positiveNumber } from '../numbers.js';
import { runDeploy } from './cloud.js';
import { localCommand } from './local.js';
import { statusCommand } from './status.js';

/** `mli deploy`, and below it `status` and `local`. */
export function deployCommand(): Command {
  const deploy = new Command('deploy')
    .description('deploy the component and its configuration to core devices, beside what they have')
    // Otherwise `deploy local --config` would be an option of `deploy`.
    .enablePositionalOptions()
    .option('--target <arn>', 'ARN of the thing or the thing group to deploy to')
    .option('--config <file>', 'YAML or JSON file: the whole configuration of mli.Inference')
    .option(...setOption)
    .option(
      '--component <name[=version]>',
      'a component to deploy, by default in its newest version (repeatable)',
      collect,
      [],
    )
    .option(
      '--publish <folder>',
      'first publish what was built there; it has a gdk-config.json (repeatable)',
      collect,
      [],
    )
    .option(
      '--bucket <name>',
      'for artifacts (default: the bucket of gdk-config.json, with region and account)',
    )
    .option('--region <name>', 'only as a check: the ARN of the target says it')
    .option('--name <name>', 'name of the deployment (default: that of the one before)')
    .addOption(
      new Option(
        '--failure-policy <policy>',
        'what a device does when it fails (default: as before, else ROLLBACK)',
      ).choices(['ROLLBACK', 'DO_NOTHING']),
    )
    .option('--rollout-per-minute <devices>', 'tell at most so many devices a minute', positiveNumber)
    .option(
      '--stop-at-failed <percent>',
      'cancel the roll-out when so many devices have failed',
      positiveNumber,
    )
    .option('--timeout-seconds <seconds>', 'how long to wait for the devices', positiveNumber, 900)
    .option('--no-wait', 'do not wait for the devices')
    .option('--yes', 'do not ask', false)
    .action(runDeploy);
  for (const command of [statusCommand(), localCommand()]) {
    command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage));
    deploy.addCommand(command);
  }
  return deploy;
}
