import { Command, InvalidArgumentError, Option } from 'commander';
import { frameworkNames, type FrameworkName } from '../../compile/framework.js';
import { positiveNumber } from '../numbers.js';
import { interruption } from './interruption.js';

interface CompileCliOptions {
  out?: string;
  framework?: FrameworkName;
  target: string[];
  inputShape: Readonly<Record<string, readonly number[]>>;
  manifest?: string;
  set: string[];
  name?: string;
  labels?: string;
  network?: string;
  golden: string[];
  python?: string;
  kernels: boolean;
  neo: boolean;
  job?: string;
  roleArn?: string;
  bucket?: string;
  prefix: string;
  frameworkVersion?: string;
  timeoutSeconds: number;
}

export const compileCommand = (): Command =>
  new Command('compile')
    .description('compile a model of a framework for DLR, and make a model package of it')
    .argument(
      '[model]',
      'model file, folder, or archive as SageMaker leaves it; with --neo a .tar.gz or s3://…',
    )
    .requiredOption('--out <folder>', 'folder of the package')
    .addOption(
      new Option('--framework <name>', 'what the model is from (default: told by the file)').choices(
        frameworkNames,
      ),
    )
    .option(
      '--target <name>',
      'x64-avx2, x64-avx512, arm64 or arm, or onnx: nothing is compiled (repeatable; default: all of x64)',
      collect,
      [],
    )
    .option(
      '--input-shape <shape>',
      '1,3,224,224 or name=1,3,224,224 where the model does not fix it (repeatable)',
      collectShape,
      {},
    )
    .option(
      '--manifest <file>',
      'what the model does not say of itself: a part of a model.json, JSON or YAML',
    )
    .option('--set <path=value>', 'a value of it, such as input.colorOrder=RGB (repeatable)', collect, [])
    .option('--name <name>', 'name of the package (default: of the file)')
    .option('--labels <file>', 'labels in the order of the outputs')
    .option(
      '--network <file.py:function>',
      'code that builds the network (Chainer; PyTorch state dictionaries)',
    )
    .option(
      '--golden <picture>',
      'picture for a golden sample (repeatable; default: rendered ones)',
      collect,
      [],
    )
    .option(
      '--python <path>',
      'CPython to make the environment with (default: MLI_COMPILE_PYTHON, the PATH, pyenv)',
    )
    .option(
      '--kernels',
      'let the kernels of this product compile what they can of a mobile network for x64, and TVM the rest',
      false,
    )
    .option(
      '--neo',
      'let SageMaker Neo compile it: needs --framework, --role-arn, --bucket, --input-shape',
      false,
    )
    .option('--role-arn <arn>', 'Neo: the role that reads the model and writes the artifact')
    .option('--bucket <name>', 'Neo: where the model is uploaded to and the artifact goes')
    .option('--prefix <prefix>', 'Neo: beginning of the keys there', 'neo/')
    .option('--framework-version <version>', 'Neo: such as 1.8 for PyTorch')
    .option('--job <name>', 'Neo: wait for this job, which exists already, and pack its artifact')
    .option('--timeout-seconds <n>', 'Neo: how long to wait', positiveNumber, 3600)
    .addHelpText(
      'after',
      `
Each framework runs in a Python environment of its own, which is made once in the user's cache (CPython 3.8 or 3.10).
Pickled models (scikit-learn, some of XGBoost) and --network run code of who made them: compile only what you trust.`,
    )
    .action(compile);

const collect = (text: string, earlier: string[]): string[] => [...earlier, text];

function collectShape(
  text: string,
  earlier: Readonly<Record<string, readonly number[]>>,
): Record<string, readonly number[]> {
  const [, name, axes = ''] = /^(?:([^=]+)=)?(.*)$/s.exec(text) ?? [];
  const shape = axes.split(/[,x]/).map(Number);
  if (!shape.every((axis) => Number.isInteger(axis) && axis > 0))
    throw new InvalidArgumentError('It must be whole numbers above 0, such as 1,3,224,224.');
  return { ...earlier, [name ?? String(Object.keys(earlier).length)]: shape };
}

async function compile(
  model: string | undefined,
  options: CompileCliOptions,
  command: Command,
): Promise<void> {
  const { readDraft } = await import('../../compile/draft.js');
  const draft = await readDraft(options);
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const signal = interruption();
  const { out = '', framework, inputShape: shapes } = options;
  if (options.neo) {
    const { compileOnNeo } = await import('./compile-neo.js');
    await compileOnNeo({ ...options, out, model, draft }, { progress, signal }, command);
  } else {
    if (model === undefined) return command.error("error: missing required argument 'model'");
    const { compileModel } = await import('../../compile/compile.js');
    const { target: targets, network, golden, python, kernels } = options;
    const order = { model, framework, targets, shapes, draft, network, golden, kernels, out };
    const { notes } = await compileModel(order, { python, progress, signal });
    for (const note of notes) progress(`note: ${note}`);
  }
  const { reportPackage } = await import('./package-report.js');
  await reportPackage(out);
}
