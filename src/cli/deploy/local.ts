import { Command } from 'commander';
import path from 'node:path';
import {
  buildLocalFolder,
  localDeployment,
  localVersion,
  readLocalFolder,
  runLocalDeployment,
  writeDefaultConfiguration,
} from '../../deploy/local/index.js';
import { collect, setOption } from '../configuration.js';
import { installFolder } from '../install.js';
import { inference, readDesiredConfiguration } from './desired-configuration.js';

interface LocalOptions {
  config?: string;
  set: string[];
  component: string[];
  out: string;
  built?: string;
}

export const localCommand = (): Command =>
  new Command('local')
    .description(
      'deploy to the nucleus on this machine, with greengrass-cli (classic) or ggl-cli (lite), without the cloud',
    )
    .option('--config <file>', 'YAML or JSON file: the configuration of mli.Inference')
    .option(...setOption)
    .option('--component <name>', 'build only this one (repeatable; default: all three)', collect, [])
    .option(
      '--out <folder>',
      'where to build; its recipes and artifacts are replaced',
      'greengrass-build/local',
    )
    .option('--built <folder>', 'deploy what is there already, instead of building')
    .action(deployLocally);

async function deployLocally(options: LocalOptions, command: Command): Promise<void> {
  if (options.config === undefined && options.set.length > 0)
    return command.error('error: --set needs --config <file>');
  const configured =
    options.config === undefined ? undefined : await readDesiredConfiguration(options.config, options.set);
  const folderPath = path.resolve(options.built ?? options.out);
  if (options.built === undefined)
    await buildLocalFolder(installFolder, folderPath, localVersion(), options.component);
  const folder = await readLocalFolder(folderPath);
  const component = folder.components.find(({ name }) => name === inference);
  if (configured && !component)
    return command.error(`error: --config is for ${inference}, which is not in ${folderPath}`);
  if (configured && component) await writeDefaultConfiguration(component, configured.document);
  const deployment = await localDeployment(folder, configured ? [inference] : []);
  console.log(deployment.line);
  await runLocalDeployment(deployment);
}
