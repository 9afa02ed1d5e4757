import { Command } from 'commander';
import { benchCommand } from './bench.js';
import { compileCommand } from './compile.js';
import { explainCommand } from './explain.js';
import { fitCommand } from './fit.js';
import { getCommand } from './get.js';
import { inspectCommand } from './inspect.js';
import { keygenCommand } from './keygen.js';
import { packCommand } from './pack.js';
import { signCommand } from './sign.js';
import { updateCommand } from './update.js';
import { verifyCommand } from './verify.js';

export const modelCommand = (): Command =>
  new Command('model')
    .description('look at model packages and archives, sign them, and bring newer ones')
    .addCommand(benchCommand())
    .addCommand(fitCommand())
    .addCommand(compileCommand())
    .addCommand(explainCommand())
    .addCommand(getCommand())
    .addCommand(inspectCommand())
    .addCommand(keygenCommand())
    .addCommand(packCommand())
    .addCommand(signCommand())
    .addCommand(updateCommand())
    .addCommand(verifyCommand());
