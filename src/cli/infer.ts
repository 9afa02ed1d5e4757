import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import { describeError } from '../errors/index.js';
import type { PipelineResult } from '../pipeline/result.js';
import { passedOverLine } from '../target-report.js';
import { exitCodes } from './failure.js';
import { installFolder } from './install.js';
import { threadsOption } from './model/options.js';
import { positiveInteger } from './numbers.js';

interface InferOptions {
  model: string;
  sha256?: string;
  allowUnpinned: boolean;
  target?: string;
  threads: number;
  top: number;
  annotate?: string;
  json: boolean;
}

/** What `--json` prints, one line a picture. */
type Line = { picture: string } & (Omit<PipelineResult, 'frame'> | { error: string });

export const inferCommand = (): Command =>
  new Command('infer')
    .description('classify pictures once and print the results')
    .argument('<picture...>', 'JPEG, PNG or BMP files')
    .option('--model <folder>', 'model package', path.join(installFolder, 'models/waste-sorter'))
    .option(
      '--sha256 <digest>',
      'pinned digest of its model.json (packages that come with the product need none)',
    )
    .option('--allow-unpinned', 'run a package without a pinned digest: it is native code', false)
    .option('--target <name>', 'target of the package, such as dlr-x64-avx2 (default: the best that fits)')
    .option(...threadsOption)
    .option('--top <n>', 'so many predictions a picture', positiveInteger, 3)
    .option('--annotate <folder>', 'also write each picture there, with its label or boxes drawn into it')
    .option('--json', 'one JSON object a line instead of a table', false)
    .action(infer);

async function infer(pictures: string[], options: InferOptions): Promise<void> {
  const { loadModel } = await import('../pipeline/load-model.js');
  const { FrameInference } = await import('../pipeline/frame-inference.js');
  const { readPicture } = await import('../sources/picture-file.js');
  const { stages, width, height, passedOver } = await loadModel({
    model: {
      folder: options.model,
      sha256: options.sha256,
      allowUnpinned: options.allowUnpinned,
      target: options.target,
    },
    dlr: { threads: options.threads, device: 'cpu' },
    preprocess: {},
  });
  for (const one of passedOver) console.error(passedOverLine(one));
  const { AnnotatedFolder } = await import('./annotated.js');
  const annotated = options.annotate === undefined ? undefined : new AnnotatedFolder(options.annotate);
  const inference = new FrameInference(stages);
  const nameWidth = Math.min(40, Math.max(...pictures.map((picture) => picture.length)));
  let failed = 0;
  try {
    for (const [index, picture] of pictures.entries()) {
      let line: Line;
      try {
        const started = performance.now();
        const decoded = await readPicture(picture, width, height);
        const frame = { kind: 'picture', id: index + 1, capturedAt: new Date(), ...decoded } as const;
        const { model, predictions, timingsMs } = await inference.infer(frame, performance.now() - started);
        await annotated?.add(picture, predictions);
        line = { picture, model, predictions: predictions.slice(0, options.top), timingsMs };
      } catch (error) {
        failed++;
        line = { picture, error: describeError(error) };
      }
      console.log(options.json ? JSON.stringify(line) : toRow(line, nameWidth));
    }
  } finally {
    await inference.dispose();
  }
  if (failed > 0) process.exitCode = exitCodes.failed;
}

function toRow(line: Line, nameWidth: number): string {
  const name = line.picture.padEnd(nameWidth);
  if ('error' in line) return `${name}  ${line.error}`;
  const predictions = line.predictions.map(({ label, confidence }) =>
    `${label} ${(confidence * 100).toFixed(1)} %`.padEnd(18),
  );
  return `${name}  ${predictions.join(' ')} ${line.timingsMs.infer.toFixed(1)} ms`;
}
