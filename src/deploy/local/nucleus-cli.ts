import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import type { LocalFolder } from './local-folder.js';

/** A program that makes local deployments on a nucleus. */
interface NucleusCli {
  readonly name: string;
  /** @param reset components whose configuration returns to the default of their recipe */
  readonly argumentsFor: (folder: LocalFolder, reset: readonly string[]) => string[];
}

const classic: NucleusCli = {
  name: 'greengrass-cli',
  argumentsFor: ({ recipes, artifacts, components }, reset) => [
    'deployment',
    'create',
    '--recipeDir',
    recipes,
    '--artifactDir',
    artifacts,
    ...components.flatMap(({ name, version }) => ['--merge', `${name}=${version}`]),
    ...(reset.length > 0
      ? ['--update-config', JSON.stringify(Object.fromEntries(reset.map((name) => [name, { RESET: [''] }])))]
      : []),
  ],
};

const lite: NucleusCli = {
  name: 'ggl-cli',
  argumentsFor: ({ recipes, artifacts, components }) => [
    'deploy',
    '--recipe-dir',
    recipes,
    '--artifacts-dir',
    artifacts,
    ...components.flatMap(({ name, version }) => ['--add-component', `${name}=${version}`]),
  ],
};

/** A program with its arguments, not run yet. */
export interface LocalDeployment {
  readonly program: string;
  readonly arguments: readonly string[];
  /** As a shell takes it. */
  readonly line: string;
}

/**
 * The local deployment with the program that is there, greengrass-cli before ggl-cli.
 * @param reset components whose configuration returns to the default of their recipe, where the program can do that
 * @throws EdgeError DEPLOY_CLI_MISSING with both commands
 */
export async function localDeployment(
  folder: LocalFolder,
  reset: readonly string[],
  searchPath = process.env['PATH'] ?? '',
): Promise<LocalDeployment> {
  for (const cli of [classic, lite]) {
    const program = await find(cli, searchPath);
    if (program !== undefined) return deploymentWith(program, cli.argumentsFor(folder, reset));
  }
  const commands = [classic, lite].map(
    (cli) => deploymentWith(cli.name, cli.argumentsFor(folder, reset)).line,
  );
  throw new EdgeError('DEPLOY_CLI_MISSING', { commands });
}

const deploymentWith = (program: string, args: readonly string[]): LocalDeployment => ({
  program,
  arguments: args,
  line: [program, ...args].map(quoted).join(' '),
});

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

async function find({ name }: NucleusCli, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
    const place = path.join(folder, name);
    const executable = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return place;
  }
  return undefined;
}

/** Runs it; what it says goes to this process' output. @throws EdgeError DEPLOY_CLI_FAILED */
export async function runLocalDeployment({ program, arguments: args, line }: LocalDeployment): Promise<void> {
  const code = await runProgram(program, args);
  if (code !== 0) throw new EdgeError('DEPLOY_CLI_FAILED', { command: line, code });
}

/** @returns its exit code, the signal that ended it, or why it did not start */
export function runProgram(program: string, args: readonly string[]): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'an unknown end'));
  });
}
