import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { EdgeError } from '../../errors/index.js';
import { threadsOption } from './options.js';

interface PackOptions {
  readonly out: string;
  readonly reference?: string;
  readonly library?: string;
  readonly threads: number;
}

export const packCommand = (): Command =>
  new Command('pack')
    .description('make a model package from artifacts and a draft of its model.json')
    .argument('<draft>', 'model.json without digests, JSON or YAML; its paths start from its folder')
    .requiredOption('--out <folder>', 'folder of the package')
    .option(
      '--reference <target>',
      'whose outputs the golden samples hold (default: the one for ONNX Runtime)',
    )
    .option('--library <file>', 'libdlr.so (default: as the component finds it)')
    .option(...threadsOption)
    .addHelpText(
      'after',
      '\nThe artifacts are loaded: a compiled model is native code, so pack only what you trust. Golden samples need an input and a tolerance.',
    )
    .action(pack);

async function pack(file: string, { out, reference, library, threads }: PackOptions): Promise<void> {
  const { packModel } = await import('../../pack.js');
  const dlr = { device: 'cpu' as const, threads, ...(library !== undefined && { library }) };
  const folder = path.dirname(path.resolve(file));
  const packed = await packModel({ draft: await readDraft(file), folder, out, reference, dlr });
  console.log(`package:   ${packed.folder}\nsha256:    ${packed.digest}\nreference: ${packed.reference}`);
}

async function readDraft(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
  });
  let draft: unknown;
  try {
    draft = parse(text);
  } catch (cause) {
    throw new EdgeError(
      'MODEL_MANIFEST_INVALID',
      { path: file, problems: [(cause as Error).message] },
      { cause },
    );
  }
  if (typeof draft === 'object' && draft !== null && !Array.isArray(draft))
    return draft as Record<string, unknown>;
  const problems = ['it is no object with the fields of a manifest'];
  throw new EdgeError('MODEL_MANIFEST_INVALID', { path: file, problems });
}
