import { Command } from 'commander';
import { EdgeError } from '../../errors/index.js';
import { exitCodes } from '../failure.js';
import { threadsOption, withTargetOptions, type TargetOptions } from './options.js';
import { openedPackage } from './opened-package.js';
import { count, differenceText, runtimeText } from './step-text.js';

export const verifyCommand = (): Command =>
  withTargetOptions(new Command('verify'))
    .description('run the golden samples of a package on every target that runs on this machine')
    .argument('<model>', 'folder or archive of a package')
    .option(...threadsOption)
    .action(verify);

async function verify(model: string, options: TargetOptions & { threads: number }): Promise<void> {
  const { walk } = await import('../../selection/index.js');
  const opened = await openedPackage(model, options, [options.threads]);
  try {
    const { contents, candidates, unfit } = opened.prospects[0];
    const samples = contents.manifest.golden.length;
    if (samples === 0)
      throw new EdgeError('GOLDEN_INVALID', {
        path: model,
        reason: 'the package has no golden samples to verify with',
      });
    const steps = [...(await walk(candidates, { measure: 'never' })), ...unfit];
    if (options.json) console.log(JSON.stringify({ model, samples, targets: steps }));
    else {
      console.log(`${model}: ${count(samples, 'golden sample')}`);
      const width = Math.max(...steps.map(({ target }) => target.length));
      for (const step of steps) {
        const { target, outcome, golden, reason = '' } = step;
        const difference = golden ? `largest difference ${differenceText(golden.difference)}` : '';
        const text =
          outcome === 'good'
            ? `good     ${difference}  ${runtimeText(step)}`
            : outcome === 'failed'
              ? `WRONG    ${reason}`
              : `not here ${reason}`;
        console.log(`${target.padEnd(width)}  ${text}`);
      }
    }
    if (candidates.length === 0 || steps.some(({ outcome }) => outcome === 'failed'))
      process.exitCode = exitCodes.failed;
  } finally {
    await opened.close();
  }
}
