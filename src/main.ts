#!/usr/bin/env node
import { Command } from 'commander';
import { checkCommand } from './cli/check.js';
import { demoCommand } from './cli/demo.js';
import { deployCommand } from './cli/deploy/index.js';
import { doctorCommand } from './cli/doctor.js';
import { exitCodes, reportFailure } from './cli/failure.js';
import { inferCommand } from './cli/infer.js';
import { productVersion } from './cli/install.js';
import { modelCommand } from './cli/model/index.js';
import { nucleusCommand } from './cli/nucleus.js';
import { rulesCommand } from './cli/rules.js';
import { runCommand } from './cli/run.js';
import { watchCommand } from './cli/watch.js';

const program = new Command('mli')
  .description('Machine learning inference at the edge, as an AWS IoT Greengrass component')
  .version(productVersion)
  // An option belongs to the command that it follows: `mli deploy local --config` is not an option of `deploy`.
  .enablePositionalOptions()
  .showHelpAfterError('(mli --help shows the commands, mli <command> --help their options)')
  .addCommand(runCommand())
  .addCommand(rulesCommand())
  .addCommand(demoCommand())
  .addCommand(watchCommand())
  .addCommand(inferCommand())
  .addCommand(checkCommand())
  .addCommand(doctorCommand())
  .addCommand(deployCommand())
  .addCommand(modelCommand())
  .addCommand(nucleusCommand());

/** Subcommands do not inherit it. */
function endWithOurCodes(command: Command): void {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage));
  for (const child of command.commands) endWithOurCodes(child);
}
endWithOurCodes(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
