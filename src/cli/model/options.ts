import { Command, Option } from 'commander';
import { threadCount } from '../numbers.js';

/** What the commands share that load a model's targets. */
export interface TargetOptions {
  readonly sha256?: string;
  readonly allowUnpinned: boolean;
  readonly runtime: 'auto' | 'dlr' | 'onnx';
  readonly target?: string;
  readonly library?: string;
  readonly json: boolean;
}

export const withTargetOptions = (command: Command): Command =>
  command
    .option('--sha256 <digest>', 'pinned digest: of model.json, or of the archive')
    .option('--allow-unpinned', 'load a compiled model that nobody vouches for: it is native code', false)
    .addOption(
      new Option('--runtime <name>', 'only targets of it').choices(['auto', 'dlr', 'onnx']).default('auto'),
    )
    .option('--target <name>', 'only this target')
    .option('--library <file>', 'libdlr.so (default: as the component finds it)')
    .option('--json', 'one JSON object instead of text', false);

export const threadsOption = ['--threads <n>', 'threads of one inference', threadCount, 1] as const;
