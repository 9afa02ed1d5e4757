import { Command } from 'commander';
import { inspectCommand } from './inspect.js';
import { keygenCommand } from './keygen.js';
import { signCommand } from './sign.js';

export const modelCommand = (): Command =>
  new Command('model')
    .description('look at model packages and archives, and sign them')
    .addCommand(inspectCommand())
    .addCommand(keygenCommand())
    .addCommand(signCommand());
