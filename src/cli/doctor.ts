import { styleText } from 'node:util';
import { Command } from 'commander';
import type { Configuration } from '../config/index.js';
import { examine, type Finding } from '../doctor/index.js';
import { stateFolder } from '../state-file.js';
import { loadConfiguration, setOption } from './configuration.js';
import { exitCodes } from './failure.js';
import { installFolder } from './install.js';

interface DoctorOptions {
  config?: string;
  set: string[];
  json: boolean;
}

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('look at this machine: what will not work, why, and what to do about it')
    .option(
      '--config <file>',
      "look at what this configuration needs, too (on a device: the component's, as YAML or JSON)",
    )
    .option(...setOption)
    .option('--json', 'one JSON object a line', false)
    .addHelpText(
      'after',
      '\nExit code: 0 where there is no problem (warnings are none), 1 where there is one.',
    )
    .action(doctor);

const marks = { ok: '✓', warning: '!', problem: '✗', skipped: '·' } as const;
const colours = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'gray' } as const;

async function doctor(options: DoctorOptions): Promise<void> {
  const configuration: Configuration | undefined =
    options.config === undefined ? undefined : await loadConfiguration(options.config, options.set);
  const counts = { ok: 0, warning: 0, problem: 0, skipped: 0 };
  const patient = {
    configuration,
    thingName: process.env['AWS_IOT_THING_NAME'] ?? 'unnamed',
    environment: process.env,
    installFolder,
    stateFolder: stateFolder(),
  };
  for await (const finding of examine(patient)) {
    counts[finding.state]++;
    console.log(options.json ? JSON.stringify(finding) : toText(finding));
  }
  if (!options.json)
    console.log(
      `\n${counts.problem} problems, ${counts.warning} warnings, ${counts.ok} in order, ${counts.skipped} not looked at`,
    );
  if (counts.problem > 0) process.exitCode = exitCodes.failed;
}

function toText({ subject, state, message, remedy }: Finding): string {
  const coloured = process.stdout.isTTY && !process.env['NO_COLOR'];
  const mark = coloured ? styleText(colours[state], marks[state]) : marks[state];
  const line = `${mark} ${subject.padEnd(12)} ${message}`;
  return remedy === undefined ? line : `${line}\n  ${''.padEnd(12)} → ${remedy}`;
}
