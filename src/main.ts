#!/usr/bin/env node
import { Command } from 'commander';
import { exitCodes, reportFailure } from './cli/failure.js';
import { productVersion } from './cli/install.js';

/** Each command's code is read when it is asked for: `mli run` starts a quarter sooner without the others'. */
const commands = new Map<string, () => Promise<Command>>([
  ['run', async () => (await import('./cli/run.js')).runCommand()],
  ['rules', async () => (await import('./cli/rules.js')).rulesCommand()],
  ['demo', async () => (await import('./cli/demo.js')).demoCommand()],
  ['watch', async () => (await import('./cli/watch.js')).watchCommand()],
  ['infer', async () => (await import('./cli/infer.js')).inferCommand()],
  ['check', async () => (await import('./cli/check.js')).checkCommand()],
  ['doctor', async () => (await import('./cli/doctor.js')).doctorCommand()],
  ['deploy', async () => (await import('./cli/deploy/index.js')).deployCommand()],
  ['model', async () => (await import('./cli/model/index.js')).modelCommand()],
  ['nucleus', async () => (await import('./cli/nucleus.js')).nucleusCommand()],
]);

const program = new Command('mli')
  .description('Machine learning inference at the edge, as an AWS IoT Greengrass component')
  .version(productVersion)
  // An option belongs to the command that it follows: `mli deploy local --config` is not an option of `deploy`.
  .enablePositionalOptions()
  .showHelpAfterError('(mli --help shows the commands, mli <command> --help their options)');

/** The one that is asked for; all of them for the help, and for a name that is none of theirs. */
const asked = commands.get(process.argv[2] ?? '');
for (const load of asked ? [asked] : commands.values()) program.addCommand(await load());

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
