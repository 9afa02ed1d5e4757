import { Command } from 'commander';
import { compileCommand } from './compile.js';
import { inspectCommand } from './inspect.js';
import { keygenCommand } from './keygen.js';
import { signCommand } from './sign.js';
import { updateCommand } from './update.js';

export const modelCommand = (): Command =>
  new Command('model')
    .description('look at model packages and archives, sign them, and bring newer ones')
    .addCommand(compileCommand())
    .addCommand(inspectCommand())
    .addCommand(keygenCommand())
    .addCommand(signCommand())
    .addCommand(updateCommand());
