import { Command } from 'commander';
import { loadConfiguration, setOption } from './configuration.js';

export const checkCommand = (): Command =>
  new Command('check')
    .description('check a configuration file and name all its problems at once')
    .argument('<config>', 'a YAML or JSON file')
    .option(...setOption)
    .action(async (file: string, options: { set: string[] }) => {
      const configuration = await loadConfiguration(file, options.set);
      const count = (things: object, noun: string) => {
        const number = Object.keys(things).length;
        return `${number} ${noun}${number === 1 ? '' : 's'}`;
      };
      console.log(
        `${file}: valid (${count(configuration.models, 'model')}, ${count(configuration.pipelines, 'pipeline')})`,
      );
    });
